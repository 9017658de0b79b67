// @ts-nocheck
// Generated from js/native.mjs by `npm run build`.
"use strict";
Object.defineProperty(exports, Symbol.toStringTag, { value: "Module" });
// js/shell.mjs
const { isArray: isArray$1 } = Array;
const { parse: parseJson } = JSON;
const coded = (error, code) => Object.assign(error, { code });
const NOT_A_STRING = 0;
const INVALID = "Invalid `deploymentId` configuration:";
const CHARACTERS = "contains invalid characters. Only alphanumeric characters, hyphens, and underscores are allowed.";
const DOCS = "https://nextjs.org/docs/messages/deploymentid";
const VARIABLE = "process.env.NEXT_DEPLOYMENT_ID";
const AT_RUN_TIME = "runtimeServerDeploymentId is enabled";
function refusal(reason, config, id) {
	const differing = `The configured \`deploymentId\` "${config}" is not ${VARIABLE} "${id}"`;
	const [code, message] = [
		["ERR_DEPLOYMENT_ID_NOT_A_STRING", `${INVALID} must be a string. ${DOCS}-not-a-string`],
		["ERR_DEPLOYMENT_ID_INVALID_CHARACTERS", `${INVALID} ${CHARACTERS} ${DOCS}-invalid-characters`],
		["ERR_RUNTIME_DEPLOYMENT_ID_MISSING", `${VARIABLE} is missing but ${AT_RUN_TIME}`],
		["ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH", `${differing}, and ${AT_RUN_TIME}`]
	][reason];
	return coded(new Error(message), code);
}
function invalidType(value, argument, expected) {
	const what = argument.includes(".") ? "property" : "argument";
	const kind = isArray$1(value) ? "an array" : value === "" ? "an empty string" : `type ${typeof value}`;
	const message = `The "${argument}" ${what} must be ${expected}. Received ${value == null ? value : kind}`;
	return coded(new TypeError(message), "ERR_INVALID_ARG_TYPE");
}
function text(value, argument, expected = "a string") {
	if (typeof value !== "string") throw invalidType(value, argument, expected);
	return value;
}
function object(value, argument) {
	if (!(typeof value === "object" ? value !== null : typeof value === "function")) throw invalidType(value, argument, "an object");
	return value;
}
const option = (options, name) => options === void 0 ? options : object(options, "options")[name];
function flag(options, name) {
	const value = option(options, name);
	if (value !== void 0 && typeof value !== "boolean") throw invalidType(value, `options.${name}`, "a boolean");
	return value === true;
}
function limit(value, argument) {
	if (typeof value !== "number") throw invalidType(value, argument, "a number");
	if (Number.isSafeInteger(value) && value >= 0) return value;
	const message = `The value of "${argument}" is out of range. It must be an integer >= 0. Received ${value}`;
	throw coded(new RangeError(message), "ERR_OUT_OF_RANGE");
}
const environment = (env = globalThis.process?.env) => object(env, "env");
function optionalId(id) {
	if (id !== void 0 && typeof id !== "string") throw refusal(NOT_A_STRING);
	return id;
}
const seed = (keySeed) => text(keySeed ?? "", "keySeed", "a string, null or undefined");
const SCHEME = "use-cache:";
const MOST_BYTES = 4294967295;
function createApi({ validate, resolve, digest, parse, parseCacheKey, shorten, buildKey, shapeOf, keyOf }) {
	function validateDeploymentId(id) {
		const answer = typeof id === "string" ? validate(id) : NOT_A_STRING;
		if (typeof answer === "number") throw refusal(answer);
		return answer;
	}
	let seenSeed = "";
	let seenPrefix = SCHEME;
	let encoder = encodeURIComponent;
	function prefixOf(keySeed) {
		if (keySeed === "") return SCHEME;
		if (keySeed !== seenSeed || encoder !== encodeURIComponent) {
			seenPrefix = `${SCHEME}build:${encodeURIComponent(keySeed)}:`;
			seenSeed = keySeed;
			encoder = encodeURIComponent;
		}
		return seenPrefix;
	}
	function build(id, keySeed, argsKey) {
		const prefix = prefixOf(keySeed);
		return buildKey(prefix, id, argsKey) ?? `${prefix}${id}:${argsKey}`;
	}
	function derive(id, keySeed, args, options) {
		const fileMetadata = flag(options, "fileMetadata");
		const given = object(args, "args");
		const reply = typeof given.reply === "string" ? given.reply : keyedEntries(given.reply, fileMetadata);
		const keyed = {
			...given,
			reply
		};
		const shape = shapeOf(keyed);
		return (shape < 0 || keySeed !== seenSeed && !keySeed.isWellFormed() ? void 0 : keyOf(prefixOf(keySeed), id, keyed, shape)) ?? build(id, keySeed, digest(text(JSON.stringify(keyed), "args")));
	}
	return {
		validateDeploymentId,
		resolveDeploymentId(configDeploymentId, env, options) {
			const atRunTime = flag(options, "runtimeServerDeploymentId");
			const config = optionalId(configDeploymentId);
			const given = config === void 0 || atRunTime ? environment(env).NEXT_DEPLOYMENT_ID : void 0;
			const id = optionalId(atRunTime ? given || void 0 : given);
			const answer = resolve(config, id, atRunTime);
			if (typeof answer === "number") throw refusal(answer, config, id);
			return answer || void 0;
		},
		resolveUseCacheKeySeed(env, options) {
			const deploymentId = option(options, "deploymentId");
			if (deploymentId !== void 0) return validateDeploymentId(deploymentId);
			const identities = environment(env);
			const read = (name) => {
				const identity = identities[name];
				return identity ? text(identity, `env.${name}`) : void 0;
			};
			const release = () => {
				const binding = option(options, "versionMetadataBinding");
				if (binding === void 0) return;
				const metadata = identities[text(binding, "options.versionMetadataBinding")];
				const name = `env.${binding.toWellFormed()}`;
				const { id } = object(metadata, name);
				if (typeof id !== "string" || id === "") throw invalidType(id, `${name}.id`, "a string that is not empty");
				return id;
			};
			return read("__VINEXT_DEPLOYMENT_ID") || read("NEXT_DEPLOYMENT_ID") || release() || read("__VINEXT_BUILD_ID");
		},
		useCacheKeyPrefix: (keySeed) => prefixOf(seed(keySeed)),
		buildUseCacheKey(id, keySeed, argsKey) {
			text(id, "id");
			const given = seed(keySeed);
			return argsKey === void 0 ? prefixOf(given) + id : build(id, given, text(argsKey, "argsKey"));
		},
		flightArgumentsKey: (args, options) => derive("", "", args, options).slice(-43),
		deriveUseCacheKey: (id, keySeed, args, options) => derive(text(id, "id"), seed(keySeed), args, options),
		parseUseCacheKey: (key) => parseJson(parse(text(key, "key"))),
		parseCacheKey: (key) => parseJson(parseCacheKey(text(key, "key"))),
		storageKey(key, options) {
			text(key, "key");
			const maxBytes = limit(object(options, "options").maxBytes, "options.maxBytes");
			const answer = shorten(key, Math.min(maxBytes, MOST_BYTES));
			if (typeof answer === "number") {
				const message = `The key is too long and its shortened form needs ${answer} bytes. Received maxBytes ${maxBytes}`;
				throw coded(new RangeError(message), "ERR_STORAGE_KEY_TOO_LONG");
			}
			return answer;
		}
	};
}
var FileContents = class {
	#base64;
	constructor(base64) {
		this.#base64 = base64;
		this.bytes = base64;
	}
	static base64(value) {
		return typeof value === "object" && value !== null && #base64 in value ? value.#base64 : void 0;
	}
};
function keyedEntries(reply, fileMetadata) {
	if (!isArray$1(reply) || typeof reply.map !== "function") throw invalidType(reply, "args.reply", "a string or an array");
	return fileMetadata ? reply.map(keyedWithMetadata) : reply.map(keyedByBytes);
}
function keyedByBytes(entry, index) {
	if (!isArray$1(entry)) throw invalidType(entry, `args.reply[${index}]`, "an array");
	return entry.length === 2 ? entry : [entry[0], new FileContents(entry[1])];
}
function keyedWithMetadata(entry, index) {
	if (!isArray$1(entry)) throw invalidType(entry, `args.reply[${index}]`, "an array");
	return entry.length === 2 ? entry : [entry[0], {
		bytes: entry[1],
		name: entry[2],
		type: entry[4]
	}];
}
// js/native.mjs
const { isArray } = Array;
const { stringify } = JSON;
const printed = Function.prototype.toString.call(stringify);
const isBuiltIn = printed.startsWith("function stringify() {") && printed.includes("[native code]");
const DECLINED = -1;
const MAX_ENTRIES = 8;
const PIECE = 65536;
const MAX_PIECES = 64;
const NOTHING = Object.freeze({});
function createNativeApi({ textKey, entriesKey, longKey, flightArgumentsKey, parseUseCacheKey, ...others }) {
	function keyOf(prefix, id, keyed, shape) {
		const { reply } = keyed;
		if (typeof reply === "string") {
			if (reply.length > PIECE) return longKey(prefix, id, shape, ...piecesOf(reply));
			return shape === 0 ? textKey(prefix, id, reply) : textKey(prefix, id, reply, shape);
		}
		if (!isPlainArray(reply) || reply.length > MAX_ENTRIES) return;
		const values = readEntries(reply);
		const key = values.length === 2 * reply.length ? keyOfEntries(prefix, id, shape | reply.length << 24, values) : void 0;
		if (key === void 0) keyed.reply = [...inPairs(values), ...unread(reply, values.length / 2)];
		return key;
	}
	function keyOfEntries(prefix, id, shape, values) {
		let texts = values;
		for (let index = 1; index < values.length; index += 2) {
			if (typeof values[index] === "string") continue;
			if (texts === values) texts = [...values];
			texts[index] = FileContents.base64(values[index]);
			shape |= 1 << (index >> 1);
		}
		return keyOfTexts(prefix, id, shape, texts);
	}
	function keyOfTexts(prefix, id, shape, texts) {
		const last = texts[texts.length - 1];
		if (typeof last === "string" && last.length > PIECE) return longKey(prefix, id, shape, ...texts.slice(0, -1), ...piecesOf(last));
		if (texts.length === 4) return entriesKey(prefix, id, shape, texts[0], texts[1], texts[2], texts[3]);
		if (texts.length !== 6) return entriesKey(prefix, id, shape, ...texts);
		return entriesKey(prefix, id, shape, texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]);
	}
	return createApi({
		...others,
		digest: flightArgumentsKey,
		parse: parseUseCacheKey,
		shapeOf,
		keyOf
	});
}
function piecesOf(text) {
	const length = Math.max(PIECE, Math.ceil(text.length / MAX_PIECES));
	const pieces = [];
	for (let start = 0; start < text.length; start += length) pieces.push(text.slice(start, start + length));
	return pieces;
}
function shapeOf(keyed) {
	if (!isBuiltIn || JSON.stringify !== stringify || keyed.toJSON !== void 0) return DECLINED;
	for (const _ in NOTHING) return DECLINED;
	let seen = 0;
	for (const name in keyed) {
		const bit = propertyBit(name);
		if (bit <= seen) return DECLINED;
		seen |= bit;
	}
	if ((seen & 3) !== 3 || keyed.version !== 1) return DECLINED;
	return (seen & 4 ? indexBits(keyed.pagePropsIndex, 8) : 0) | (seen & 8 ? indexBits(keyed.layoutPropsIndex, 16) : 0);
}
function propertyBit(name) {
	if (name === "version") return 1;
	if (name === "reply") return 2;
	if (name === "pagePropsIndex") return 4;
	return name === "layoutPropsIndex" ? 8 : 0;
}
function indexBits(index, from) {
	if (index === void 0) return 0;
	return typeof index === "number" && (index | 0) === index && index >= 0 && index < 255 ? index + 1 << from : DECLINED;
}
const isPlainArray = (value) => isArray(value) && value.toJSON === void 0;
function readEntries(reply) {
	const { length } = reply;
	const values = Array(2 * length);
	for (let index = 0; index < length; index++) {
		const entry = reply[index];
		const name = isPlainArray(entry) && entry.length === 2 ? entry[0] : void 0;
		if (typeof name !== "string") return values.slice(0, 2 * index);
		const content = entry[1];
		values[2 * index] = name;
		values[2 * index + 1] = content;
		if (typeof content !== "string" && FileContents.base64(content) === void 0) return values.slice(0, 2 * index + 2);
	}
	return values;
}
function unread(reply, index) {
	const entries = [];
	for (; index < reply.length; index++) entries.push(reply[index]);
	return entries;
}
function inPairs(values) {
	const pairs = [];
	for (let index = 0; index < values.length; index += 2) pairs.push([values[index], values[index + 1]]);
	return pairs;
}
exports.createNativeApi = createNativeApi;

// @ts-nocheck
// Generated from js/portable.mjs by `npm run build`.
"use strict";
Object.defineProperty(exports, Symbol.toStringTag, { value: "Module" });
let node_crypto = process.getBuiltinModule("node:crypto");
// js/portable/parse.mjs
const SCHEME$2 = "use-cache:";
const SEED_MARK = "build:";
const ROOT_PARAMS_MARK = ":root-params:";
const DIGEST$1 = /^[\w-]{43}$/;
const DIGEST_LENGTH$1 = 43;
const BEFORE_DIGEST = /:[\w-]{43}(?=:root-params:|$)/;
function parseUseCacheKey$1(key) {
	if (!key.startsWith(SCHEME$2)) return null;
	const { keySeed, rest } = splitSeed(key.slice(10));
	const { id, reference, args } = splitJsonId(rest) ?? splitBeforeJson(rest) ?? splitBefore(rest, rest.search(BEFORE_DIGEST));
	const name = reference ? reference[0] : id;
	const colon = name.lastIndexOf(":");
	return {
		id,
		...keySeed && { keySeed },
		...colon >= 0 && {
			moduleId: name.slice(0, colon),
			exportName: name.slice(colon + 1)
		},
		...reference && { serverReferenceId: reference[1] },
		...args !== void 0 && splitRootParams(args)
	};
}
function splitSeed(scoped) {
	const end = scoped.indexOf(":", 6);
	if (scoped.startsWith(SEED_MARK) && end >= 0) {
		const encoded = scoped.slice(6, end);
		try {
			const keySeed = decodeURIComponent(encoded);
			if (keySeed && encodeURIComponent(keySeed) === encoded) return {
				keySeed,
				rest: scoped.slice(end + 1)
			};
		} catch {}
	}
	return { rest: scoped };
}
const splitBefore = (rest, colon) => colon < 0 ? { id: rest } : {
	id: rest.slice(0, colon),
	args: rest.slice(colon + 1)
};
function splitJsonId(rest) {
	const array = rest.startsWith("[\"") ? leadingArray(rest) : void 0;
	if (!array || !isTexts(array.value) || array.value.length !== 2) return;
	const [name, serverReferenceId] = array.value;
	const id = rest.slice(0, array.length);
	const tail = rest.slice(array.length);
	if (tail && !tail.startsWith(":")) return;
	return {
		id,
		reference: [name, serverReferenceId],
		args: tail ? tail.slice(1) : void 0
	};
}
function splitBeforeJson(rest) {
	const call = splitBefore(rest, rest.indexOf(":["));
	const array = call.args && leadingArray(call.args);
	if (!call.args || !array) return;
	const root = call.args.slice(array.length);
	if (!call.id.endsWith(":root-params") && (!root || readRootParams(root))) return call;
}
function splitRootParams(args) {
	const mark = (DIGEST$1.test(args.slice(0, DIGEST_LENGTH$1)) ? DIGEST_LENGTH$1 : leadingArray(args)?.length) ?? args.lastIndexOf(ROOT_PARAMS_MARK);
	const rootParams = mark < 0 ? void 0 : readRootParams(args.slice(mark));
	const argsKey = rootParams ? args.slice(0, mark) : args;
	return {
		argsKey,
		argsForm: DIGEST$1.test(argsKey) ? "digest" : "text",
		...rootParams && { rootParams }
	};
}
function readRootParams(root) {
	const params = root.startsWith(ROOT_PARAMS_MARK) ? json(root.slice(13)) : void 0;
	return isRootParams(params) ? params : void 0;
}
function leadingArray(source) {
	if (!source.startsWith("[")) return;
	let depth = 0;
	let quoted = false;
	for (const { 0: token, index } of source.matchAll(/\\.|["[\]]/gs)) {
		if (token === "\"") quoted = !quoted;
		else if (!quoted && token === "[") depth += 1;
		else if (!quoted && token === "]") depth -= 1;
		if (depth === 0) {
			const length = index + 1;
			const value = json(source.slice(0, length));
			return value && {
				length,
				value
			};
		}
	}
}
function json(source) {
	try {
		return /[^ -\uffff]/.test(source) ? void 0 : JSON.parse(source);
	} catch {}
}
const isTexts = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");
const isRootParams = (value) => Array.isArray(value) && value.every((param) => Array.isArray(param) && param.length === 2 && typeof param[0] === "string" && (param[1] === null || typeof param[1] === "string" || isTexts(param[1])));
// js/portable/family.mjs
const SCOPE = /^deployment:([\w-]+):/;
const FAMILY = /^(?:(app):v2|(app-fallback-shell):v1|(pages):v2):/;
const SHA256 = "[0-9a-f]{64}";
const ARTIFACT = new RegExp(`:(?:(html)|(route)(:trailing-slash)?|(rsc)(${`(?::source:${SHA256})?(?::selector:${SHA256})?(?::slots:${SHA256})?(?::prefetch-(?:empty|dynamic-shell|loading-shell))?`}))$`);
const PATH = new RegExp(`^(?:/|__hash:${SHA256}$)`);
const BORDER = new RegExp(`:(?=/|__hash:${SHA256}$)`, "g");
const LOCALE_MARK = "::i18n=";
const DIGEST = /^sha256:([\w-]{43})$/;
const SHARED = new RegExp(`^(unstable_cache:v2:)?(${SHA256})$`);
const TAG = /^(?:((?:__)?tag:)|_N_T_)([^]*)$/;
function parseCacheKey$1(key) {
	const call = parseUseCacheKey$1(key);
	if (call) return shortenedCall(call) ?? {
		family: "use-cache",
		ambiguous: false,
		...call
	};
	return parsePageKey(key) ?? parseShortenedKey(key) ?? parseSharedKey(key) ?? parseTagKey(key);
}
function parsePageKey(key) {
	const { deploymentId, own } = splitDeploymentId(key);
	const head = FAMILY.exec(own);
	if (!head) return null;
	const family = head[1] ?? head[2] ?? head[3];
	const rest = own.slice(head[0].length);
	if (family === "pages") {
		const page = parsePage(rest);
		return page && {
			family,
			ambiguous: isAmbiguous(page),
			deploymentId,
			...splitLocale(page)
		};
	}
	const tail = ARTIFACT.exec(rest);
	const page = tail && parsePage(rest.slice(0, tail.index));
	if (!page) return null;
	const [, html, route, slash, rsc, variant] = tail;
	const artifact = html ?? route ?? rsc;
	return {
		family,
		ambiguous: isAmbiguous(page),
		deploymentId,
		...page,
		artifact,
		variant: (slash ?? variant)?.slice(1) || void 0
	};
}
function shortenedCall({ id, keySeed, argsKey, argsForm, rootParams }) {
	if (id !== "sha256" || argsKey === void 0 || argsForm !== "digest" || rootParams) return;
	return {
		family: "shortened",
		ambiguous: false,
		keySeed,
		digest: argsKey
	};
}
function parseShortenedKey(key) {
	const { deploymentId, own } = splitDeploymentId(key);
	const digest = DIGEST.exec(own)?.[1];
	return digest === void 0 ? null : {
		family: "shortened",
		ambiguous: false,
		deploymentId,
		digest
	};
}
function parseSharedKey(key) {
	const [, mark, digest] = SHARED.exec(key) ?? [];
	return digest ? {
		family: mark ? "unstable_cache" : "fetch",
		ambiguous: false,
		digest
	} : null;
}
function parseTagKey(key) {
	const [, mark, tag] = TAG.exec(key) ?? [];
	return tag === void 0 ? null : {
		family: "tag",
		ambiguous: false,
		tag: mark === void 0 ? key : tag
	};
}
function splitDeploymentId(key) {
	const scope = SCOPE.exec(key);
	return scope ? {
		deploymentId: scope[1],
		own: key.slice(scope[0].length)
	} : { own: key };
}
function parsePage(text) {
	const borders = PATH.test(text) ? [-1] : [];
	BORDER.lastIndex = 1;
	for (let found; borders.length < 2 && (found = BORDER.exec(text));) borders.push(found.index);
	if (borders.length === 0) return null;
	if (borders.length > 1) return { buildAndPath: text };
	const [border] = borders;
	const path = text.slice(border + 1);
	return {
		buildId: border > 0 ? text.slice(0, border) : void 0,
		...path.startsWith("/") ? { path } : { pathDigest: path.slice(7) }
	};
}
const isAmbiguous = (page) => page.buildAndPath !== void 0;
function splitLocale(page) {
	const mark = page.path?.lastIndexOf(LOCALE_MARK) ?? -1;
	if (mark <= 0) return page;
	return {
		...page,
		path: page.path?.slice(0, mark),
		variant: page.path?.slice(mark + 7)
	};
}
// js/portable/storage-key.mjs
const SCHEME$1 = "use-cache:";
const DIGEST_MARK = "sha256:";
const DIGEST_LENGTH = 43;
const shortener = (digest) => (key, maxBytes) => {
	const bytes = wtf8(key);
	if (bytes.length <= maxBytes && key.isWellFormed()) return key;
	const scope = scopeOf(key);
	const needed = scope.length + 7 + DIGEST_LENGTH;
	return needed > maxBytes ? needed : scope + DIGEST_MARK + digest(bytes);
};
function scopeOf(key) {
	const rest = key.startsWith(SCHEME$1) ? splitSeed(key.slice(10)).rest : splitDeploymentId(key).own;
	return key.slice(0, key.length - rest.length);
}
function wtf8(text) {
	const bytes = [];
	for (const character of text) {
		const code = character.codePointAt(0);
		if (code < 128) bytes.push(code);
		else if (code < 2048) bytes.push(192 | code >> 6, following(code));
		else if (code < 65536) bytes.push(224 | code >> 12, following(code >> 6), following(code));
		else bytes.push(240 | code >> 18, following(code >> 12), following(code >> 6), following(code));
	}
	return Uint8Array.from(bytes);
}
const following = (bits) => 128 | bits & 63;
// js/portable/engine.mjs
const [INVALID_CHARACTERS, MISSING, MISMATCH] = [
	1,
	2,
	3
];
const { stringify } = JSON;
const decline = () => void 0;
function portableEngine(digest) {
	const parse = (key) => stringify(parseUseCacheKey$1(key));
	return {
		validate,
		resolve,
		digest,
		parse,
		parseCacheKey: (key) => stringify(parseCacheKey$1(key)),
		shorten: shortener(digest),
		buildKey: decline,
		shapeOf: () => -1,
		keyOf: decline
	};
}
const validate = (id) => /^[\w-]+$/.test(id) ? id : INVALID_CHARACTERS;
function resolve(config, env, atRunTime) {
	const configured = config ? validate(config) : "";
	if (typeof configured === "number" || !atRunTime && config !== void 0) return configured;
	if (!env) return atRunTime ? MISSING : "";
	const id = validate(env);
	return typeof id === "number" || config === void 0 || config === id ? id : MISMATCH;
}
// js/shell.mjs
const { isArray } = Array;
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
	const kind = isArray(value) ? "an array" : value === "" ? "an empty string" : `type ${typeof value}`;
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
	if (!isArray(reply) || typeof reply.map !== "function") throw invalidType(reply, "args.reply", "a string or an array");
	return fileMetadata ? reply.map(keyedWithMetadata) : reply.map(keyedByBytes);
}
function keyedByBytes(entry, index) {
	if (!isArray(entry)) throw invalidType(entry, `args.reply[${index}]`, "an array");
	return entry.length === 2 ? entry : [entry[0], new FileContents(entry[1])];
}
function keyedWithMetadata(entry, index) {
	if (!isArray(entry)) throw invalidType(entry, `args.reply[${index}]`, "an array");
	return entry.length === 2 ? entry : [entry[0], {
		bytes: entry[1],
		name: entry[2],
		type: entry[4]
	}];
}
// js/portable.mjs
const { buildUseCacheKey, deriveUseCacheKey, flightArgumentsKey, parseCacheKey, parseUseCacheKey, resolveDeploymentId, resolveUseCacheKeySeed, storageKey, useCacheKeyPrefix, validateDeploymentId } = createApi(portableEngine((json) => (0, node_crypto.createHash)("sha256").update(json).digest("base64url")));
const implementation = Object.freeze({
	kind: "portable",
	reason: "vinext-cache-key/portable was imported"
});
exports.buildUseCacheKey = buildUseCacheKey;
exports.deriveUseCacheKey = deriveUseCacheKey;
exports.flightArgumentsKey = flightArgumentsKey;
exports.implementation = implementation;
exports.parseCacheKey = parseCacheKey;
exports.parseUseCacheKey = parseUseCacheKey;
exports.resolveDeploymentId = resolveDeploymentId;
exports.resolveUseCacheKeySeed = resolveUseCacheKeySeed;
exports.storageKey = storageKey;
exports.useCacheKeyPrefix = useCacheKeyPrefix;
exports.validateDeploymentId = validateDeploymentId;

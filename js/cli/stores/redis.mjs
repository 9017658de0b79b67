// Redis and Valkey: one server, or all masters of a cluster.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError, StoreError, UsageError } from "../errors.mjs";
import { withoutPassword } from "../text.mjs";
import { countFailure, wordsOf } from "./store.mjs";

/** How many keys one SCAN looks at: enough to be fast, few enough that the server answers others in between. */
const PAGE = 1000;
const CONNECT_TIMEOUT = 10_000;
/** A server is taken for dead if it answers nothing for this long, not even the PING that is sent meanwhile. */
const SILENCE_TIMEOUT = 60_000;
const MOVING =
  "slots of the cluster move between its masters, so keys may have been missed. Wait until all slots have moved";

/**
 * @typedef {Awaited<ReturnType<typeof loadClient>>} Library
 * @typedef {Awaited<ReturnType<typeof connect>>} Client
 */

/** @param {string} text @param {string | undefined} databaseOption @returns {Promise<import("./store.mjs").Store>} */
export async function openRedis(text, databaseOption) {
  const { url, database } = parseUrl(text, databaseOption);
  const library = await loadClient();
  // Versions before 5 have another interface.
  if (!library.RESP_TYPES)
    throw new StoreError("CLIENT", "@redis/client is too old: npm install --save-dev @redis/client@6");
  const first = await connect(library, url);
  /** @type {Client[]} */
  const clients = [first];
  try {
    const masters = await mastersOf(first, url);
    if (masters && database > 0) throw new UsageError("a cluster has only database 0");
    if (database > 0) await first.select(database);
    if (masters) clients.push(...(await Promise.all(masters.map((master) => connect(library, master)))));
    const slots = masters && (await slotsOf(clients.slice(1)));
    const nodes = masters
      ? masters.map((master, index) => nodeOf(library, clients[index + 1], master.host, true))
      : [nodeOf(library, first, url.host, false)];
    return {
      name: masters
        ? `cluster at ${url.host}, ${masters.length} masters`
        : `${url.host}, database ${database}`,
      nodes,
      elsewhere: () => otherDatabases(first, database),
      moving: async () => slots && whyMissed(clients.slice(1), slots),
      async close() {
        for (const client of clients) client.destroy();
      },
    };
  } catch (error) {
    for (const client of clients) client.destroy();
    throw error instanceof CliError ? error : new StoreError("UNREADABLE", `${url.host}: ${wordsOf(error)}`);
  }
}

/** @param {string} text @param {string | undefined} option Goes before the database that the URL names. */
function parseUrl(text, option) {
  if (option !== undefined && !/^\d+$/.test(option))
    throw new UsageError(`--database must be a number. Received "${withoutPassword(option)}"`);
  const valid = text.replace(/^valkey/i, "redis");
  const url = URL.canParse(valid) ? new URL(valid) : undefined;
  // Other clients read a query, as in ?db=2. Ignored, it would lead to another database.
  const path = url && /^\/?(\d*)$/.exec(url.pathname + url.search + url.hash);
  // The URL may contain a password, so it is not part of any message.
  if (!path) {
    throw new UsageError(
      "the URL of the store is not valid: redis://user:password@host:6379/0, without a query. --database also names the database",
    );
  }
  if (!url.hostname) url.hostname = "localhost";
  if (!url.port) url.port = "6379";
  // A cluster refuses to select a database, so one is selected later.
  url.pathname = "";
  return { url, database: Number(option ?? path[1]) };
}

/** The client is the user's own dependency: an app that has a cache in Redis has it, and others do not need it. */
async function loadClient() {
  try {
    return await import("@redis/client");
  } catch {
    // The command may have been installed elsewhere, as by `npx` without an install in the project.
  }
  try {
    const { resolve } = createRequire(join(process.cwd(), "package.json"));
    return /** @type {typeof import("@redis/client")} */ (
      await import(pathToFileURL(resolve("@redis/client")).href)
    );
  } catch {
    throw new StoreError(
      "CLIENT",
      "Redis needs the package @redis/client: npm install --save-dev @redis/client",
    );
  }
}

/** @param {Library} library @param {URL} url */
async function connect({ createClient, RESP_TYPES }, url) {
  const client = createClient({
    url: url.href,
    // Version 5 asks for RESP2, in which the answer to HELLO does not name the mode: a cluster would not be recognised.
    RESP: 3,
    // A deletion may not be sent again behind a lost connection: the counts would be wrong.
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT, socketTimeout: SILENCE_TIMEOUT },
    pingInterval: SILENCE_TIMEOUT / 4,
    // Keys are bytes. The client's timeout of a single command costs more than the command itself.
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer }, timeout: 0 },
  });
  // Every command that waits for an answer fails too, with the reason.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new StoreError("UNREACHABLE", `${url.host} cannot be reached: ${wordsOf(error)}`);
  }
  return client;
}

/**
 * The masters of a cluster, or `undefined` if the server is not part of one.
 *
 * @param {Client} client @param {URL} url
 */
async function mastersOf(client, url) {
  // HELLO returns the mode, and every user may call it.
  const hello = /** @type {{ mode?: unknown }} */ (await client.sendCommand(["HELLO"]));
  if (String(hello.mode) !== "cluster") return;
  const ranges = await client.withTypeMapping({}).clusterSlots();
  /** @type {Map<string, URL>} */
  const masters = new Map();
  for (const { master } of ranges) {
    const one = new URL(url);
    // A server that does not know its own address is the one that was asked.
    if (master.host && master.host !== "?") {
      one.hostname = master.host.includes(":") ? `[${master.host}]` : master.host;
    }
    one.port = String(master.port);
    masters.set(one.host, one);
  }
  return [...masters.values()];
}

/**
 * The slots of each master, as that master reports them. Only its own report also lists the slots that are about to move.
 *
 * @param {Client[]} masters
 */
const slotsOf = (masters) =>
  Promise.all(
    masters.map(async (master) => {
      const nodes = String(await master.sendCommand(["CLUSTER", "NODES"]));
      const [own = ""] = /^.* (?:\S+,)?myself\b.*/m.exec(nodes) ?? [];
      return own.split(" ").slice(8).join(" ");
    }),
  );

/**
 * Why keys may have been missed: one that moved to a master after the keys of that master were read was not seen.
 *
 * @param {Client[]} masters @param {string[]} before
 */
async function whyMissed(masters, before) {
  try {
    const after = await slotsOf(masters);
    // Slots in brackets are about to move.
    if (after.some((slots, index) => slots !== before[index] || slots.includes("["))) return MOVING;
  } catch (error) {
    return `whether slots moved between the masters is not known: ${wordsOf(error)}`;
  }
}

/**
 * @param {Library} library @param {Client} client @param {string} name @param {boolean} inCluster
 * @returns {import("./store.mjs").StoreNode}
 */
const nodeOf = ({ ErrorReply }, client, name, inCluster) => {
  const isRefusal = (/** @type {unknown} */ error) => error instanceof ErrorReply;
  return {
    name,
    async *keys() {
      let cursor = "0";
      do {
        const page = await scan(client, cursor).catch((error) => {
          throw new StoreError("UNREADABLE", `${name}: the keys cannot be listed: ${wordsOf(error)}`);
        });
        cursor = page.cursor;
        if (page.keys.length > 0) yield page.keys;
      } while (cursor !== "0");
    },
    async delete(keys) {
      // One command for all is faster, and deletes none if the server refuses it. In a cluster its keys must be of one slot.
      const outcomes = inCluster
        ? await unlinkEach(client, keys)
        : await unlink(client, keys).then(
            (deleted) => [{ keys: keys.length, deleted }],
            (error) => (isRefusal(error) ? unlinkEach(client, keys) : [{ keys: keys.length, error }]),
          );
      return deletionOf(outcomes, name, isRefusal);
    },
    async memory(keys) {
      const sizes = await Promise.all(keys.map((key) => client.sendCommand(["MEMORY", "USAGE", key]))).catch(
        (error) => {
          throw new StoreError(
            "UNREADABLE",
            `${name}: the memory of entries cannot be read: ${wordsOf(error)}`,
          );
        },
      );
      // `null` for a key that is gone by now.
      return sizes.map(Number);
    },
  };
};

/** @param {Client} client @param {string} from */
async function scan(client, from) {
  const { cursor, keys } = await client.scan(from, { COUNT: PAGE });
  if (!/^\d+$/.test(String(cursor)) || !Array.isArray(keys) || !keys.every(Buffer.isBuffer)) {
    throw new Error("the answer to SCAN is not a list of keys");
  }
  return { cursor: String(cursor), keys: /** @type {Buffer[]} */ (/** @type {unknown} */ (keys)) };
}

/** How many of these keys are deleted now; the others were gone. @param {Client} client @param {Buffer[]} keys */
async function unlink(client, keys) {
  const deleted = Number(await client.sendCommand(["UNLINK", ...keys]));
  if (!(deleted >= 0 && deleted <= keys.length))
    throw new Error("the answer to UNLINK is not a count of keys");
  return deleted;
}

/** @typedef {{ keys: number, deleted?: number, error?: unknown }} Outcome Of one command. */

/** Gives each key its own outcome. @param {Client} client @param {Buffer[]} keys @returns {Promise<Outcome[]>} */
const unlinkEach = (client, keys) =>
  Promise.all(
    keys.map((key) =>
      unlink(client, [key]).then(
        (deleted) => ({ keys: 1, deleted }),
        (error) => ({ keys: 1, error }),
      ),
    ),
  );

/** @param {Outcome[]} outcomes @param {string} name @param {(error: unknown) => boolean} isRefusal */
function deletionOf(outcomes, name, isRefusal) {
  /** @type {import("./store.mjs").Deletion} */
  const deletion = { deleted: 0, missing: 0, unanswered: 0, failures: new Map() };
  for (const { keys, deleted, error } of outcomes) {
    if (deleted !== undefined) {
      deletion.deleted += deleted;
      deletion.missing += keys - deleted;
      continue;
    }
    // The answer names one of the 16,384 slots, each of which would be a reason of its own.
    const reason = wordsOf(error).replace(/^(MOVED|ASK) .*/, "$1: the slot moves to another master");
    countFailure(deletion.failures, `${name}: ${reason}`, keys);
    if (!isRefusal(error)) deletion.unanswered += keys;
  }
  return deletion;
}

/** Some adapters use another database than 0. @param {Client} client @param {number} database */
async function otherDatabases(client, database) {
  const info = await client.info("keyspace").catch(() => "");
  const others = [...String(info).matchAll(/^db(\d+):keys=(\d+)/gm)]
    .filter(([, number]) => Number(number) !== database)
    .map(([, number, keys]) => `database ${number} has ${keys} keys: pass --database ${number}`);
  return others.length > 0 ? others.join("; ") : undefined;
}

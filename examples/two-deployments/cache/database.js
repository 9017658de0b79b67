// One SQLite file shared by every server: the entries, and a log of who read which key.
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, entry BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS tags (tag TEXT PRIMARY KEY, revalidated INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS reads (id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, key TEXT NOT NULL, hit INTEGER NOT NULL);
`;

export function openDatabase(file = process.env.CACHE_DATABASE ?? "cache.sqlite") {
  try {
    const database = new DatabaseSync(path.resolve(file));
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    throw new Error(`Cannot open the cache database ${file}: ${error.message}.`, { cause: error });
  }
}

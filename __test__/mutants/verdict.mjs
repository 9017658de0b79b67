// Compares the results of a run of mutants with the listed exceptions.
import { readFileSync } from "node:fs";

/**
 * What a mutant is called in exceptions.json: its file, the change, and the text of the line. Line numbers would change too often.
 *
 * @param {string} file
 * @param {number} line From 1.
 * @param {string} change
 */
export function nameOf(file, line, change) {
  const text = readFileSync(file, "utf8").split("\n")[line - 1].trim();
  return `${file} | ${change.replace(/\s+/g, " ")} | ${text}`;
}

/**
 * @typedef {{ name: string, survived: boolean }} Result
 * @param {{ results: Result[], all: string[], covers: (file: string) => boolean }} run `all` names the mutants of every shard.
 * @param {{ reason: string, mutants: string[] }[]} exceptions
 */
export function judge({ results, all, covers }, exceptions) {
  const names = new Set(exceptions.flatMap(({ mutants }) => mutants));
  const survivors = results.filter(({ survived }) => survived).map(({ name }) => name);
  const count = (list, name) => list.filter((other) => other === name).length;
  const ran = results.map(({ name }) => name);
  // Mutants of one name may be in different shards. Only a run of all of them says that none survives.
  const isOutdated = (name) =>
    covers(name.split(" | ")[0]) && !survivors.includes(name) && count(ran, name) === count(all, name);
  return {
    killed: results.length - survivors.length,
    excepted: survivors.filter((name) => names.has(name)),
    unexplained: survivors.filter((name) => !names.has(name)),
    outdated: [...names].filter(isOutdated),
  };
}

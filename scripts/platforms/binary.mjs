// What a binary says of itself: ELF for Linux, Mach-O for macOS, PE for Windows.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Facts
 * @property {"arm" | "arm64" | "x64"} cpu
 * @property {string[]} exports
 * @property {string[]} libraries What it needs.
 * @property {string[]} [glibc] The versions of glibc that it names.
 * @property {string} [macos] The oldest that it loads on.
 * @property {boolean} [signed] Whether it is signed, if only ad hoc, and as it is.
 */

/** @returns {Facts} */
export function readBinary(file) {
  const bytes = readFileSync(file);
  const magic = bytes.readUInt32BE(0);
  if (magic === 0x7f454c46) return readElf(bytes);
  if (magic === 0xcffaedfe) return readMachO(bytes);
  if (magic >>> 16 === 0x4d5a) return readPe(bytes);
  throw new Error(`${file} is neither ELF, nor Mach-O nor PE for 64 bits`);
}

const textAt = (bytes, at) => bytes.toString("latin1", at, bytes.indexOf(0, at));

/** @returns {Facts} */
function readElf(bytes) {
  const wide = bytes[4] === 2;
  const word = (at) => (wide ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at));
  const [table, size, count] = wide
    ? [word(0x28), bytes.readUInt16LE(0x3a), bytes.readUInt16LE(0x3c)]
    : [word(0x20), bytes.readUInt16LE(0x2e), bytes.readUInt16LE(0x30)];
  const sections = Array.from({ length: count }, (_, index) => {
    const at = table + index * size;
    const field = (wideAt, narrowAt) => word(at + (wide ? wideAt : narrowAt));
    return {
      type: bytes.readUInt32LE(at + 4),
      start: field(0x18, 0x10),
      size: field(0x20, 0x14),
      link: bytes.readUInt32LE(at + (wide ? 0x28 : 0x18)),
    };
  });
  /** The entries of a section, and the texts that it refers to. */
  const entries = (type, length) => {
    const section = sections.find((one) => one.type === type);
    const text = (offset) => textAt(bytes, sections[section.link].start + offset);
    const all = section
      ? Array.from({ length: section.size / length }, (_, i) => section.start + i * length)
      : [];
    return { all, text };
  };
  const symbols = entries(11, wide ? 24 : 16);
  const dynamic = entries(6, wide ? 16 : 8);
  return {
    cpu: { 40: "arm", 62: "x64", 183: "arm64" }[bytes.readUInt16LE(0x12)],
    exports: symbols.all
      .filter((at) => bytes.readUInt16LE(at + (wide ? 6 : 14)) !== 0)
      .map((at) => symbols.text(bytes.readUInt32LE(at))),
    libraries: dynamic.all
      .filter((at) => word(at) === 1)
      .map((at) => dynamic.text(word(at + (wide ? 8 : 4)))),
    glibc: [...new Set(bytes.toString("latin1").match(/\bGLIBC_[\d.]+(?=\0)/g))],
  };
}

/** @returns {Facts} */
function readMachO(bytes) {
  const facts = {
    cpu: { 0x01000007: "x64", 0x0100000c: "arm64" }[bytes.readUInt32LE(4)],
    exports: [],
    libraries: [],
    macos: undefined,
    signed: false,
  };
  const version = (at) => `${bytes.readUInt16LE(at + 2)}.${bytes[at + 1]}`;
  const load = {
    0x02: (at) => (facts.exports = exportsOf(bytes, at)),
    0x0c: (at) => facts.libraries.push(textAt(bytes, at + bytes.readUInt32LE(at + 8))),
    0x1d: (at) => (facts.signed = isSigned(bytes, bytes.readUInt32LE(at + 8))),
    0x24: (at) => (facts.macos = version(at + 8)),
    0x32: (at) => (facts.macos = version(at + 12)),
  };
  let at = 32;
  for (let command = bytes.readUInt32LE(16); command > 0; command--) {
    load[bytes.readUInt32LE(at)]?.(at);
    at += bytes.readUInt32LE(at + 4);
  }
  return facts;
}

/** The external symbols that are defined in a section, each without its underscore. */
function exportsOf(bytes, command) {
  const [symbols, count, texts] = [8, 12, 16].map((field) => bytes.readUInt32LE(command + field));
  return Array.from({ length: count }, (_, index) => symbols + index * 16)
    .filter((at) => (bytes[at + 4] & 0x0f) === 0x0f)
    .map((at) => textAt(bytes, texts + bytes.readUInt32LE(at) + 1));
}

/** Whether the signature has the right digest of every page before it, without which macOS ends the process. */
function isSigned(bytes, signature) {
  const blobs = bytes.readUInt32BE(signature + 8);
  for (let index = 0; index < blobs; index++) {
    const directory = signature + bytes.readUInt32BE(signature + 16 + index * 8);
    if (bytes.readUInt32BE(directory) !== 0xfade0c02) continue;
    const [digests, count, limit] = [16, 28, 32].map((field) => bytes.readUInt32BE(directory + field));
    const page = 2 ** bytes[directory + 39];
    return Array.from({ length: count }, (_, slot) => slot).every((slot) => {
      const content = bytes.subarray(slot * page, Math.min((slot + 1) * page, limit));
      const at = directory + digests + slot * 32;
      return createHash("sha256")
        .update(content)
        .digest()
        .equals(bytes.subarray(at, at + 32));
    });
  }
  return false;
}

/** @returns {Facts} */
function readPe(bytes) {
  const header = bytes.readUInt32LE(0x3c) + 4;
  const optional = header + 20;
  const table = optional + bytes.readUInt16LE(header + 16);
  const sections = Array.from({ length: bytes.readUInt16LE(header + 2) }, (_, index) => {
    const [address, size, start] = [12, 16, 20].map((field) =>
      bytes.readUInt32LE(table + index * 40 + field),
    );
    return { address, size, start };
  });
  /** Where in the file is what will be at an address in memory. */
  const at = (address) => {
    const holds = (section) => address >= section.address && address < section.address + section.size;
    const section = sections.find(holds);
    return section.start + address - section.address;
  };
  const [exported, imported] = [0, 1].map((entry) => at(bytes.readUInt32LE(optional + 112 + entry * 8)));
  const names = at(bytes.readUInt32LE(exported + 32));
  const name = (offset) => textAt(bytes, at(bytes.readUInt32LE(offset)));
  const libraries = [];
  for (let entry = imported; bytes.readUInt32LE(entry + 12) !== 0; entry += 20)
    libraries.push(name(entry + 12));
  return {
    cpu: { 0x8664: "x64", 0xaa64: "arm64" }[bytes.readUInt16LE(header)],
    exports: Array.from({ length: bytes.readUInt32LE(exported + 24) }, (_, index) => name(names + index * 4)),
    libraries,
  };
}

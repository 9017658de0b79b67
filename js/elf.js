// What is wrong with a library of Linux, told before it is loaded: the C library may not mind, and then the process ends.
"use strict";

const { closeSync, fstatSync, openSync, readSync } = require("node:fs");

const MAGIC = 0x7f454c46;
/** ELF's numbers for the processors that binaries are published for, by Node's words. */
const machines = /** @type {Record<string, number>} */ ({ arm: 40, arm64: 183, x64: 62 });
/** Where a header says where the section table is, which is the last part of a file: per word size. */
const SECTIONS = {
  1: (/** @type {Buffer} */ header) => [
    header.readUInt32LE(0x20),
    header.readUInt16LE(0x2e),
    header.readUInt16LE(0x30),
  ],
  2: (/** @type {Buffer} */ header) => [
    Number(header.readBigUInt64LE(0x28)),
    header.readUInt16LE(0x3a),
    header.readUInt16LE(0x3c),
  ],
};

/**
 * Why not to load a file; nothing where nothing speaks against it.
 * @param {string} path
 */
exports.faultOf = function faultOf(path) {
  if (process.platform !== "linux") return;
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(64);
    readSync(file, header, 0, header.length, 0);
    const sections = SECTIONS[/** @type {1 | 2} */ (header[4])];
    if (header.readUInt32BE(0) !== MAGIC || !sections) return "the file is no library of Linux";
    const machine = header.readUInt16LE(0x12);
    if (machine !== (machines[process.arch] ?? machine)) return "the file is for another processor";
    const [offset, size, count] = sections(header);
    // It is mapped into memory without a look at its length.
    if (offset + size * count > fstatSync(file).size) return "the file is cut off";
  } finally {
    closeSync(file);
  }
};

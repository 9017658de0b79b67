// Linux maps a library into memory without a look at its length. One that was cut off, by a full disk or a broken download,
// does not fail to load: it ends the process.
"use strict";

const { closeSync, fstatSync, openSync, readSync } = require("node:fs");

const MAGIC = 0x7f454c46;
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
 * Whether a file is an ELF library that ends before it should.
 * @param {string} path
 */
exports.isCutOff = function isCutOff(path) {
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(64);
    readSync(file, header, 0, header.length, 0);
    const sections = SECTIONS[/** @type {1 | 2} */ (header[4])];
    if (header.readUInt32BE(0) !== MAGIC || !sections) return false;
    const [offset, size, count] = sections(header);
    return offset + size * count > fstatSync(file).size;
  } finally {
    closeSync(file);
  }
};

// A cache handler that stores nothing and logs every key that it is asked for, one line of JSON each.
"use strict";
const { appendFileSync } = require("node:fs");

const note = (key) => appendFileSync(process.env.NEXT_KEYS_LOG, `${JSON.stringify(key)}\n`);

module.exports = {
  async get(key) {
    note(key);
  },
  async set(key, pending) {
    note(key);
    // A handler has to read the entry to its end.
    const { value } = await pending;
    for await (const _chunk of value);
  },
  async refreshTags() {},
  async getExpiration() {
    return 0;
  },
  async updateTags() {},
  async expireTags() {},
  async receiveExpiredTags() {},
};

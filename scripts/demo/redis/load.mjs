// Sends requests while servers start and stop, and compares each answer with the entry that its deployment has cached.
import { REQUESTS, valueIn } from "../requests.mjs";

const AT_ONCE = 16;
/** One entry each. */
const PRODUCTS = Array.from({ length: 95 }, (_, index) => ({ path: `/products/tea-${index}` }));
const ENTRIES = [...REQUESTS, ...PRODUCTS];

/**
 * @typedef {{ requests: number, hits: number, crossed: number }} Tally
 * @typedef {{ server: any, deploymentId: string, pending: Set<Promise<void>> }} Target
 */

export class Load {
  /** @type {Target[]} */
  #targets = [];
  #sent = 0;
  #total;
  /** The value of each deployment's entries. */
  #values = new Map();
  /** @type {{ at: number, reached: () => void, failed: (error: Error) => void }[]} */
  #waiting = [];
  /** @type {Record<string, Tally>} */
  tallies = {};

  #ending = false;

  /** @param {number} total number of requests, at least */
  constructor(total) {
    this.#total = total;
  }

  /**
   * Adds a server, after it has answered every request once. Returns how many of the answers were entries that its deployment
   * had cached already.
   */
  async add(server, deploymentId) {
    let hits = 0;
    for (const request of ENTRIES) {
      const known = this.#values.get(deploymentId + request.path);
      const value = await ask(server, request);
      if (value === known) hits += 1;
      else this.#values.set(deploymentId + request.path, value);
    }
    this.tallies[deploymentId] ??= { requests: 0, hits: 0, crossed: 0 };
    this.#targets.push({ server, deploymentId, pending: new Set() });
    return hits;
  }

  /** Removes a server as a load balancer does: it still answers the requests that it has received. */
  async remove(server) {
    const target = this.#targets.find((one) => one.server === server);
    this.#targets = this.#targets.filter((one) => one !== target);
    await Promise.all(target.pending);
  }

  get sent() {
    return this.#sent;
  }

  /** Sends requests until `finish`. */
  async run() {
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work()));
    } catch (error) {
      for (const { failed } of this.#waiting) failed(error);
      throw error;
    }
  }

  /** Waits until this share of the requests has been sent. */
  async until(share) {
    const at = Math.ceil(this.#total * share);
    if (this.#sent >= at) return;
    await new Promise((reached, failed) => this.#waiting.push({ at, reached, failed }));
  }

  /** Ends the requests after the total number. */
  async finish() {
    await this.until(1);
    this.#ending = true;
  }

  async #work() {
    while (!this.#ending) {
      const turn = this.#sent++;
      this.#waiting = this.#waiting.filter(({ at, reached }) => this.#sent < at || reached());
      const target = this.#targets[turn % this.#targets.length];
      const request = ENTRIES[Math.floor(turn / this.#targets.length) % ENTRIES.length];
      const answer = this.#send(target, request);
      target.pending.add(answer);
      await answer.finally(() => target.pending.delete(answer));
    }
  }

  /** @param {Target} target */
  async #send({ server, deploymentId }, request) {
    const value = await ask(server, request);
    const tally = this.tallies[deploymentId];
    tally.requests += 1;
    if (value === this.#values.get(deploymentId + request.path)) tally.hits += 1;
    // A value ends in the deployment that computed it.
    if (!new RegExp(` ${deploymentId}#[0-9a-f]{4}$`).test(value)) tally.crossed += 1;
  }
}

const ask = async (server, { path, init }) => valueIn(await server.request(path, init?.()));

// The project of one row: an empty folder, with a Node and a registry, and without a Rust toolchain.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import * as api from "../../js/portable.mjs";

const HERE = import.meta.dirname;
const TOOLS = path.join(HERE, "node_modules");
/** What a report shows of a failed command's output. */
const REPORTED_LINES = 60;

const vectors = JSON.parse(readFileSync(path.join(HERE, "../vectors.json"), "utf8"));
const EXPECTED = { names: Object.keys(api), vectors };

const tailOf = (text) => text.trim().split("\n").slice(-REPORTED_LINES).join("\n");

const has = (folder, ...programs) => programs.some((program) => existsSync(path.join(folder, program)));

const changed = (site, changes) => Object.assign(Object.create(Site.prototype), site, changes);

export class Site {
  /**
   * @param {{ folder: string, registry: string, target: string, version: string, node: string, signal: AbortSignal }} how
   *   `registry` is a host and port, `node` a major version.
   */
  constructor({ folder, registry, target, version, node, signal }) {
    this.folder = path.join(folder, "project");
    this.home = path.join(folder, "home");
    this.registry = registry;
    this.target = target;
    this.version = version;
    this.node = path.join(TOOLS, `node-${node}/bin/node`);
    this.signal = signal;
    const folders = process.env.PATH.split(path.delimiter);
    this.env = {
      PATH: [path.dirname(this.node), ...folders.filter((one) => !has(one, "cargo", "rustc"))].join(
        path.delimiter,
      ),
      HOME: this.home,
      NO_COLOR: "1",
    };
    for (const one of [this.folder, this.home]) mkdirSync(one, { recursive: true });
    this.write("package.json", { private: true });
    this.write("expected.json", EXPECTED);
    this.write(".npmrc", `registry=http://${registry}/\naudit=false\nfund=false\nupdate-notifier=false\n`);
  }

  write(file, content) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    writeFileSync(path.join(this.folder, file), text);
  }

  read(file) {
    return readFileSync(path.join(this.folder, file), "utf8");
  }

  /** The same, with another folder as the project. */
  at(folder) {
    const site = changed(this, { folder });
    site.write("expected.json", EXPECTED);
    return site;
  }

  /** The same, with more in the environment. */
  with(env) {
    return changed(this, { env: { ...this.env, ...env } });
  }

  /** Removes the package that has the binary, as installed by npm. */
  removeBinary() {
    rmSync(path.join(this.folder, `node_modules/vinext-cache-key-${this.target}`), { recursive: true });
  }

  /** The folder's real path, as the package sees it. */
  get realFolder() {
    return realpathSync(this.folder);
  }

  /** Copies files from files/ into the project. */
  bring(...files) {
    for (const file of files) cpSync(path.join(HERE, "files", file), path.join(this.folder, file));
  }

  /** Runs a program of the project, of the tools installed here, or on the PATH. Returns what it printed. */
  async run(program, ...args) {
    const tool = path.join(TOOLS, ".bin", program);
    const own = path.join(this.folder, "node_modules/.bin", program);
    const command = [own, tool].find((file) => program !== "node" && existsSync(file)) ?? program;
    const options = { cwd: this.folder, env: this.env, signal: this.signal, maxBuffer: 2 ** 26 };
    try {
      return await promisify(execFile)(command, args, options);
    } catch (error) {
      const reason = this.signal.aborted ? this.signal.reason.message : error.message.split("\n", 1)[0];
      const output = [error.stdout, error.stderr].filter(Boolean).map(tailOf).join("\n");
      throw new Error(`${program} ${args.join(" ")}: ${reason}\n${output}`, { cause: error });
    }
  }

  /** Runs a program that prints the package's report. Fails unless the addon is loaded, every key is right and nothing is warned of. */
  async check(program, ...args) {
    const { stdout, stderr } = await this.run(program, ...args);
    assert.equal(stderr, "", "something was warned of");
    const { implementation, missing, wrong } = JSON.parse(stdout);
    assert.deepEqual({ missing, wrong }, { missing: [], wrong: [] });
    this.checkNative(implementation);
  }

  /** Fails unless the loaded implementation is this platform's binary, from this project. */
  checkNative({ kind, target, binary, reason }) {
    assert.equal(kind, "native", reason);
    assert.equal(target, this.target);
    const installed = path.relative(realpathSync(path.dirname(this.folder)), realpathSync(binary));
    assert.ok(!installed.startsWith(".."), `${binary} was not installed here`);
  }
}

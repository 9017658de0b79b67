// A proxy in front of a Redis that can break the traffic, one command at a time.
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** What a fault returns in place of a reply to close the connection. */
export const CLOSE = Symbol("close");

/** A fault that never answers. */
export const silence = () => new Promise(() => {});

/**
 * @typedef {(command: string[], forward: () => Promise<Buffer>) => Promise<Buffer | typeof CLOSE>} Fault What happens to a
 *   command. `forward` sends it to the server and returns the bytes of the reply.
 *
 * @param {number} port The Redis.
 * @returns {Promise<{ url: string, port: number, fault: Fault | undefined, stop(): Promise<void> }>}
 */
export async function startFaultProxy(port) {
  const sockets = new Set();
  const proxy = { fault: undefined };
  const server = createServer(async (client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // The test is about lost connections.
      socket
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    const replies = messages(upstream);
    const reply = async () => (await replies.next()).value ?? CLOSE;
    for await (const request of messages(client)) {
      const forward = () => {
        upstream.write(request);
        return reply();
      };
      const answer = await (proxy.fault ? proxy.fault(textsOf(request), forward) : forward());
      if (answer === CLOSE) client.destroy();
      else client.write(answer);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(proxy, {
    port: server.address().port,
    url: `redis://127.0.0.1:${server.address().port}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  });
}

/** The complete messages of a stream. @param {import("node:net").Socket} socket @returns {AsyncGenerator<Buffer>} */
async function* messages(socket) {
  let bytes = Buffer.alloc(0);
  try {
    for await (const chunk of socket) {
      bytes = Buffer.concat([bytes, chunk]);
      for (let end; (end = endOfMessage(bytes, 0)) > 0; bytes = bytes.subarray(end)) {
        yield bytes.subarray(0, end);
      }
    }
  } catch {
    // The connection is lost, together with incomplete messages.
  }
}

/** Types of RESP3 whose line gives the length of what follows, in bytes or in elements. */
const BULK = "$!=";
const ELEMENTS = { "*": 1, "~": 1, ">": 1, "%": 2 };

/** Where the message ends that begins at `start`, or -1 if it is not complete. @param {Buffer} bytes @param {number} start */
function endOfMessage(bytes, start) {
  const lineEnd = bytes.indexOf("\r\n", start);
  if (lineEnd < 0) return -1;
  const type = String.fromCharCode(bytes[start]);
  const size = Number(bytes.toString("latin1", start + 1, lineEnd));
  let end = lineEnd + 2;
  if (BULK.includes(type) && size >= 0) end += size + 2;
  for (let left = size * (ELEMENTS[type] ?? 0); left > 0; left -= 1) {
    end = endOfMessage(bytes, end);
    if (end < 0) return -1;
  }
  return end <= bytes.length ? end : -1;
}

/** The words of a command: an array of bulk strings. @param {Buffer} request */
function textsOf(request) {
  const texts = [];
  for (let at = request.indexOf("\r\n") + 2; at < request.length;) {
    const lineEnd = request.indexOf("\r\n", at);
    const end = lineEnd + 2 + Number(request.toString("latin1", at + 1, lineEnd));
    texts.push(request.toString("utf8", lineEnd + 2, end));
    at = end + 2;
  }
  return texts;
}

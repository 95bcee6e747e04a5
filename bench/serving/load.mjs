// node load.mjs '{"port":…,"path":…,"connections":…,"seconds":…,"rate":…,"bodies":[…]}': asks over so many kept-alive
// connections, one request at a time on each, and prints what came back as one line of JSON. Sockets and bytes alone: node's
// own client would be busier than the server that it asks.
import { connect } from "node:net";
import { once } from "node:events";

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = Buffer.from("ontent-");

/** With a rate, latency counts from when a request was due: a server that stalls does not hide those that had to wait. */
export async function load(task) {
  const { port, connections = 50, seconds = 3, rate, bodies, warmUp = 0 } = task;
  const requests = bodies.map((body) => requestBytes(task, body));
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  const state = { next: 0, requests, done: 0, failed: 0, bytes: 0, latencies: [], until: 0, idle: [], due: [] };
  for (const socket of sockets) listen(socket, state, rate === undefined);
  if (warmUp > 0) await run(state, sockets, warmUp, rate);
  Object.assign(state, { done: 0, failed: 0, bytes: 0, latencies: [] });
  const began = performance.now();
  await run(state, sockets, seconds, rate);
  const took = (performance.now() - began) / 1000;
  for (const socket of sockets) socket.destroy();
  return summary(state, took);
}

function requestBytes({ method = "POST", path, headers = {} }, body) {
  const bytes = Buffer.from(body);
  const sent = method === "GET" ? {} : { "content-type": "application/json", "content-length": bytes.length };
  const all = { host: "127.0.0.1", ...sent, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`), bytes]);
}

async function opened(port) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket;
}

function listen(socket, state, ceaseless) {
  let rest;
  socket.on("error", () => (state.failed += 1));
  socket.on("data", (chunk) => {
    rest = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    const end = endOfResponse(rest);
    if (end < 0 || rest.length < end) return;
    if (rest[9] !== 0x32) state.failed += 1;
    state.bytes += rest.length;
    rest = undefined;
    answered(socket, state, ceaseless);
  });
}

/** Where the response ends, by its content-length; −1 while its head is not all there. */
function endOfResponse(bytes) {
  const head = bytes.indexOf(HEAD_END);
  if (head < 0) return -1;
  let at = bytes.indexOf(LENGTH, 15);
  while (at >= 0 && at < head && (bytes[at + 7] | 32) !== 0x6c) at = bytes.indexOf(LENGTH, at + 7);
  if (at < 0 || at > head) throw new Error("a response without content-length");
  let length = 0;
  for (let digit = at + 15; digit < head && bytes[digit] !== 13; digit += 1) length = length * 10 + bytes[digit] - 48;
  return head + 4 + length;
}

function answered(socket, state, ceaseless) {
  const now = performance.now();
  state.done += 1;
  state.latencies.push(now - socket.began);
  if (now > state.until && ceaseless) return state.idle.push(socket);
  if (ceaseless) return ask(socket, state, now);
  const due = state.due.shift();
  if (due === undefined) state.idle.push(socket);
  else ask(socket, state, due);
}

function ask(socket, state, due) {
  socket.began = due;
  socket.write(state.requests[state.next++ % state.requests.length]);
}

async function run(state, sockets, seconds, rate) {
  const began = performance.now();
  state.until = began + seconds * 1000;
  if (rate === undefined) for (const socket of sockets) ask(socket, state, performance.now());
  else state.idle = [...sockets];
  let sent = 0;
  while (performance.now() < state.until) {
    if (rate === undefined) await pause(5);
    else sent = sendDue(state, began, rate, sent);
    if (rate !== undefined) await new Promise(setImmediate);
  }
  while (state.idle.length < sockets.length) await pause(1);
  state.idle = [];
}

function sendDue(state, began, rate, sent) {
  const due = Math.floor(((performance.now() - began) / 1000) * rate);
  for (; sent < due; sent += 1) {
    const at = began + (sent / rate) * 1000;
    const socket = state.idle.pop();
    if (socket === undefined) state.due.push(at);
    else ask(socket, state, at);
  }
  return sent;
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function summary({ done, failed, bytes, latencies }, seconds) {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { perSecond: done / seconds, done, failed, bytes, p50: at(0.5), p99: at(0.99), worst: sorted.at(-1) };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  process.stdin.setEncoding("utf8");
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  console.log(JSON.stringify(await load(JSON.parse(text))));
}

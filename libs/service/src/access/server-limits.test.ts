import net from "node:net";
import { until } from "@millrace/testing";
import type { First } from "./guard.js";
import { rawExchange, startServer, type ServerForTest } from "./server-for-test.js";
import { watchTransfers } from "./slow-transfers.js";

let server: ServerForTest;
beforeAll(async () => {
  server = await startServer({
    environment: { HTTP_HEADERS_SECONDS: "0.5", HTTP_MAX_CONNECTIONS: "20", HTTP_REQUESTS_PER_CONNECTION: "3" },
    routes(app) {
      app.post("/echo", (request, response) => void response.json(request.body));
      app.get("/hello", (_request, response) => void response.json({}));
    },
  });
});
afterAll(() => server.stop());

const get = "GET /hello HTTP/1.1\r\nhost: localhost\r\n\r\n";
const exchange = (text: string, enough?: RegExp) => rawExchange(server.port, text, enough);

describe("the server", () => {
  it("answers what is no HTTP with 400 and hangs up, and goes on", async () => {
    for (const text of [
      "hello\r\n\r\n",
      "GET / HTTP/1.1\r\nhost: a\r\nbroken\r\n\r\n",
      "\u0016\u0003\u0001\u0000\u0001\r\n",
    ]) {
      const answer = await exchange(text);
      expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\nconnection: close/);
      expect(answer).toContain('"code":"REQUEST_MALFORMED"');
    }
    expect(await exchange(get, /\{\}/)).toMatch(/^HTTP\/1.1 200/);
  });

  it("refuses a request that two servers could read in two ways", async () => {
    const both =
      "POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    expect(await exchange(both)).toMatch(/^HTTP\/1.1 400/);
    const twice = "POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\n{}{}{}";
    expect(await exchange(twice)).toMatch(/^HTTP\/1.1 400/);
    expect(await exchange("GET /hello HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
  });

  it("answers headers that are too long with 431", async () => {
    const long = `GET /hello HTTP/1.1\r\nhost: localhost\r\nx-long: ${"x".repeat(20_000)}\r\n\r\n`;
    expect(await exchange(long)).toMatch(/^HTTP\/1.1 431 [^]*HEADERS_TOO_LARGE/);
  });

  it("hangs up on headers that come too slowly, however steadily", async () => {
    const began = performance.now();
    const answer = await new Promise<string>((resolve) => {
      let text = "";
      const socket = net.connect(
        server.port,
        "127.0.0.1",
        () => void socket.write("GET /hello HTTP/1.1\r\nhost: localhost\r\n"),
      );
      const drip = setInterval(() => void socket.write("x: y\r\n"), 100);
      socket.on("data", (bytes) => (text += String(bytes)));
      socket.on("error", () => undefined);
      socket.once("close", () => {
        clearInterval(drip);
        resolve(text);
      });
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 [^]*REQUEST_TOO_SLOW/);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it("tells a connection to end after so many requests", async () => {
    const answer = await exchange(get.repeat(3), /connection: close/i);
    expect(answer.match(/HTTP\/1.1 200/g)).toHaveLength(3);
  });

  it("keeps no more connections than it may", async () => {
    const sockets = Array.from({ length: 40 }, () => net.connect(server.port, "127.0.0.1"));
    for (const socket of sockets) socket.on("error", () => undefined);
    await until("the extra connections to be closed", () => sockets.filter(({ closed }) => closed).length >= 20);
    expect(sockets.filter(({ closed }) => !closed).length).toBeGreaterThan(10);
    for (const socket of sockets) socket.destroy();
    await until("a free place", async () => (await exchange(get, /\{\}|^$/)).startsWith("HTTP/1.1 200"));
  });
});

describe("bodies", () => {
  it("of drops end their connection; those that come on, and those that we are slow to read, don't", async () => {
    const held = await startServer({ environment: { HTTP_BODY_BYTES_PER_SECOND: "0" }, first: holds });
    watchTransfers(held.server, { bytesPerSecond: 1000, graceMs: 300, stuckMs: 300, lookMs: 50 });
    const head = "POST /hold HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10000000\r\n\r\n";
    const open = (bytes: number) => {
      const socket = net.connect(held.port, "127.0.0.1", () => void socket.write(head));
      const drip = setInterval(() => void socket.write("x".repeat(bytes)), 50);
      socket.on("error", () => undefined).once("close", () => clearInterval(drip));
      return socket;
    };
    const [drops, stream] = [open(1), open(500)];
    const began = performance.now();
    await until("the drops to be cut off", () => drops.closed);
    await until("some more time", () => performance.now() - began > 1_000);
    expect(stream.closed).toBe(false);
    stream.destroy();
    await held.stop();
  });

  it("of an answer that nobody takes end their connection", async () => {
    const endless = await startServer({
      first(request, response) {
        if (request.url !== "/endless") return false;
        const more = () => {
          while (response.write("x".repeat(65_536)));
        };
        response.on("drain", more);
        more();
        return true;
      },
    });
    watchTransfers(endless.server, { bytesPerSecond: 0, stuckMs: 300, lookMs: 50 });
    const socket = net.connect(endless.port, "127.0.0.1", () => void socket.write(get.replace("hello", "endless")));
    socket.pause().on("error", () => undefined);
    await until("the answer to begin", async () => (await connectionsOf(endless)) === 1);
    await until("the connection to be ended", async () => (await connectionsOf(endless)) === 0);
    socket.destroy();
    await endless.stop();
  });
});

const holds: First = (request) => {
  request.resume();
  return request.url === "/hold";
};

const connectionsOf = ({ server: counted }: ServerForTest) =>
  new Promise<number>((resolve, reject) =>
    counted.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );

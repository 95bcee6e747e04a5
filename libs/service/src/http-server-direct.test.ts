import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import net, { type AddressInfo } from "node:net";
import { once } from "node:events";
import fc from "fast-check";
import { until } from "@millrace/testing";
import { closeServer, createApp, serverFor } from "./http-server.js";
import { DirectResponse, wholeBodyOf } from "./http-server-exchange.js";

let came: ("direct" | "node")[] = [];
let release: (() => void)[] = [];

/** Says what was understood; /predict/wait waits until it is let go. */
const listener: RequestListener = (request, response) => {
  const whole = wholeBodyOf(request);
  came.push(whole === undefined ? "node" : "direct");
  if (whole !== undefined) return answer(request, response, whole);
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => answer(request, response, Buffer.concat(chunks)));
};

function answer({ method, url, headers }: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const text = JSON.stringify({ method, url, headers, body: body.toString("latin1") });
  const send = () => {
    response.setHeader("x-model", "sides");
    response.writeHead(url === "/predict/wrong" ? 422 : 200, ["content-length", String(Buffer.byteLength(text))]);
    response.end(text);
  };
  if (url === "/predict/wait") release.push(send);
  else send();
}

const options = { headersTimeout: 500, connectionsCheckingInterval: 100, keepAliveTimeout: 5_000 };
const takes = (url: string) => url.startsWith("/predict");
const start = async (direct?: (url: string) => boolean) => {
  const server = serverFor(createApp(), { listener, options, direct });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
};

let servers: Server[];
beforeAll(async () => {
  servers = [await start(takes), await start()];
});
afterAll(() => Promise.all(servers.map(closeServer)));
beforeEach(() => {
  came = [];
  release = [];
});

const post = (body: string, path = "/predict", more = "") =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\nContent-Type: application/json\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`;

const opened = async (server = servers[0]!) => {
  const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  const seen = { text: "", closed: false };
  socket.on("data", (bytes) => (seen.text += bytes.toString("latin1")));
  socket.on("error", () => undefined).on("close", () => (seen.closed = true));
  return { socket, seen, answers: () => seen.text.split("HTTP/1.1 ").length - 1 };
};

/** All that comes back until the connection is closed, without the time of day. */
async function exchange(server: Server, bytes: string): Promise<string> {
  const { socket, seen } = await opened(server);
  socket.end(Buffer.from(bytes, "latin1"));
  await until("the end of the connection", () => seen.closed);
  return seen.text.replaceAll(/Date: [^\r]*/g, "Date");
}

describe("requests that are read from the connection", () => {
  it.each([
    ["a plain one", post('{"a":1}')],
    ["one with a query and another status", post("{}", "/predict/wrong?explain=true")],
    ["one with spaces around values, and an empty one", post("{}", "/predict", "accept:  */*  \r\nx-empty:\r\n")],
    ["one without a body", post("")],
  ])("are answered as node answers them, to the byte: %s", async (_, text) => {
    const [direct, node] = await Promise.all(servers.map((server) => exchange(server, text)));
    expect(direct).toBe(node);
    expect(came.sort()).toEqual(["direct", "node"]);
  });

  it.each([
    ["another method", "GET /predict HTTP/1.1\r\nhost: a\r\n\r\n"],
    ["another path", post("{}", "/elsewhere")],
    ["a body in chunks", "POST /predict HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
    ["a packed body", post("{}", "/predict", "content-encoding: gzip\r\n")],
    ["a caller who waits to be asked", post("{}", "/predict", "expect: 100-continue\r\n")],
    ["the last request of a connection", post("{}", "/predict", "Connection: close\r\n")],
    ["an old protocol", post("{}").replace("HTTP/1.1", "HTTP/1.0")],
    ["a header that comes twice", post("{}", "/predict", "x-a: 1\r\nx-a: 2\r\n")],
    ["letters that are not ASCII", post("{}", "/predict", "x-a: \u00e4\r\n")],
    ["two in one packet", post('{"a":1}') + post('{"a":2}')],
    ["two lengths", post("{}", "/predict", "content-length: 1\r\n")],
    ["a length and chunks", post("{}", "/predict", "transfer-encoding: chunked\r\n")],
    ["a length that is none", post("{}").replace("length: 2", "length: +2")],
    ["a folded header", post("{}", "/predict", "x-a: 1\r\n b\r\n")],
    ["a space before the colon", post("{}", "/predict", "x-a : 1\r\n")],
    ["a lone line feed", post("{}", "/predict", "x-a: 1\nx-b: 2\r\n")],
    ["no host", post("{}").replace("host: a\r\n", "")],
    ["what is no HTTP", "\u0016\u0003\u0001\u0000\u0001\r\n"],
    ["a body that breaks off", post("{}").slice(0, -1)],
    ["a head that breaks off", post("{}").slice(0, 40)],
  ])("are left to node where they are unusual: %s", async (_, text) => {
    const [direct, node] = await Promise.all(servers.map((server) => exchange(server, text)));
    expect(direct).toBe(node);
    expect(came).not.toContain("direct");
  });

  it("are never understood in another way than node understands them", async () => {
    const sound = post('{"a":1}', "/predict", "x-a: 1\r\n");
    const mutation = fc.tuple(
      fc.nat({ max: sound.length }),
      fc.nat({ max: 3 }),
      fc.oneof(
        fc.constantFrom("", "\r\n", "\n", ":", " ", "\t", "\0", "\r", "1", "x-a: 2\r\n"),
        fc.string({ maxLength: 3 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async ([place, gone, put]) => {
        const text = sound.slice(0, place) + put + sound.slice(place + gone);
        const [direct, node] = await Promise.all(servers.map((server) => exchange(server, text)));
        expect(direct).toBe(node);
      }),
      { numRuns: 300 },
    );
    expect(came).toContain("direct");
  }, 30_000);

  it("may come in pieces", async () => {
    const { socket, answers } = await opened();
    const text = post(JSON.stringify({ a: "x".repeat(60_000) }));
    for (const [from, to] of [
      [0, 120],
      [120, 30_000],
      [30_000, text.length],
    ]) {
      socket.write(text.slice(from, to));
      await until("it to be sent", () => socket.writableLength === 0);
    }
    await until("the answer", () => answers() === 1);
    expect(came).toEqual(["direct"]);
    socket.destroy();
  });

  it("are node's where they are large, whether they come in pieces or not", async () => {
    const { socket, answers } = await opened();
    socket.write(post("x".repeat(70_000)));
    await until("the answer", () => answers() === 1);
    expect(came).toEqual(["node"]);
    socket.destroy();
  });

  it("share their connection with others, and are node's from those on", async () => {
    const { socket, seen, answers } = await opened();
    for (const [count, text] of [post("1"), post("2"), "GET /x HTTP/1.1\r\nhost: a\r\n\r\n", post("3")].entries()) {
      socket.write(text);
      await until("an answer", () => answers() === count + 1);
    }
    expect(came).toEqual(["direct", "direct", "node", "node"]);
    expect(seen.text.match(/"body":"\d?"/g)).toEqual(['"body":"1"', '"body":"2"', '"body":""', '"body":"3"']);
    socket.destroy();
  });

  it("are answered in their order, also where one waits", async () => {
    const { socket, seen, answers } = await opened();
    socket.write(post("1", "/predict/wait"));
    await until("the first", () => release.length === 1);
    socket.write(post("2"));
    socket.write(post("3"));
    await until("nothing more to come", () => socket.writableLength === 0);
    expect(came).toEqual(["direct"]);
    release[0]!();
    await until("three answers", () => answers() === 3);
    expect(seen.text.match(/"body":"\d"/g)).toEqual(['"body":"1"', '"body":"2"', '"body":"3"']);
    socket.destroy();
  });

  it("may be given up before they are answered", async () => {
    const { socket } = await opened();
    socket.write(post("1", "/predict/wait"));
    await until("the request", () => release.length === 1);
    socket.destroy();
    await until("its end", () => socket.destroyed);
    expect(release[0]!).not.toThrow();
  });
});

describe("the answer to a request that was read directly", () => {
  it("has no header that ends its line before its time", () => {
    const response = new DirectResponse({} as never, {} as never);
    expect(() => response.writeHead(200, ["x-a", "1\r\nx-b: 2"])).toThrow(TypeError);
  });

  it("says each header once, as it was said last", () => {
    let written = "";
    const socket = { destroyed: false, write: (text: string) => (written += text) !== "" };
    const response = new DirectResponse(
      { socket, tail: () => "\r\n", answered: () => undefined } as never,
      {} as never,
    );
    response.setHeader("Content-Type", "text/plain").setHeader("x-a", 1).setHeader("X-A", 2);
    response.writeHead(503, { "content-type": "application/json", "content-length": 2 }).end("{}");
    expect(written).toBe(
      "HTTP/1.1 503 Service Unavailable\r\nx-a: 2\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    );
  });
});

describe("connections that are read directly", () => {
  it("are node's, with its limits, where nothing comes", async () => {
    const { socket, seen } = await opened();
    await until("the refusal", () => seen.closed, { within: 10_000 });
    expect(seen.text).toMatch(/^HTTP\/1.1 408/);
    socket.destroy();
  }, 15_000);

  it("are node's, with its limits, where a body comes drop by drop", async () => {
    const { socket, seen } = await opened();
    socket.write(post("x".repeat(1_000)).slice(0, -1_000));
    let sent = 0;
    const drip = setInterval(() => sent++ < 1_000 && socket.write("x"), 50);
    // The listener of node's requests is told of one before its body is whole, and watches it.
    await until("node to have it", () => came.length > 0);
    clearInterval(drip);
    expect([came, seen.text]).toEqual([["node"], ""]);
    expect(sent).toBeLessThan(200);
    socket.destroy();
  });

  it("end when the server closes: at once where they are idle, else behind the answer", async () => {
    const server = await start(takes);
    const [idle, busy] = [await opened(server), await opened(server)];
    idle.socket.write(post("1"));
    busy.socket.write(post("2", "/predict/wait"));
    await until("both", () => idle.answers() === 1 && release.length === 1);
    const closed = closeServer(server);
    await until("the end of the idle one", () => idle.seen.closed);
    release[0]!();
    await closed;
    await until("the end of the other", () => busy.seen.closed);
    expect(busy.seen.text).toMatch(/Connection: close[^]*"body":"2"/);
  });

  it("end when they were idle for too long", async () => {
    const server = serverFor(createApp(), { listener, options: { keepAliveTimeout: 300 }, direct: takes });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { socket, seen, answers } = await opened(server);
    socket.write(post("1"));
    await until("the answer", () => answers() === 1);
    await until("the end", () => seen.closed);
    await closeServer(server);
  });
});

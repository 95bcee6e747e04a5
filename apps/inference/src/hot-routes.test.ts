import { createServer, request as ask, type IncomingHttpHeaders, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import express from "express";
import { answerProblems } from "@millrace/service";
import { until } from "@millrace/testing";
import { answererForTest } from "./answer-for-test.js";
import { openHotRoutes } from "./hot-routes.js";
import { openPredictRequests } from "./predict-requests.js";
import { predictRoutes } from "./predict-routes.js";

const limits = { rows: 5, bytes: 20_000 };
let server: Server;
let hot = true;
let late = false;

beforeAll(async () => {
  const { answerer, serving, log } = answererForTest();
  const requests = openPredictRequests({ answerer, serving, limits });
  const first = openHotRoutes({ answerer, requests, bodyBytes: limits.bytes, rows: limits.rows, log });
  const app = express().disable("etag").disable("x-powered-by").use(express.json());
  predictRoutes(app, { requests, serving });
  app.use(answerProblems(log));
  server = createServer((request, response) => {
    if (late) setTimeout(() => first(request, response), 20);
    else if (!hot || !first(request, response)) app(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  hot = true;
  late = false;
});
const port = () => (server.address() as AddressInfo).port;

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** The bytes as they are, without anything that a client would put right. */
function send(body: string | Buffer, headers: Record<string, string> = {}, path = "/predict", method = "POST") {
  return new Promise<Reply>((resolve, reject) => {
    const all = { "content-type": "application/json", ...headers };
    const request = ask({ port: port(), path, method, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

const sound = '{"features":[5,"a"]}';
const codeOf = ({ text }: Reply) => (JSON.parse(text) as { code: string }).code;
const comparable = ({ status, headers, text }: Reply) => ({
  ...{ status, type: headers["content-type"], length: headers["content-length"] },
  text: text.replaceAll(/"prediction_id":"[^"]{36}"/g, ""),
});

describe("the hot routes", () => {
  it.each([
    ["a row", sound, "/predict"],
    ["a row by name, of a model", '{"features":{"x":-5,"shop":"b"}}', "/models/sides/predict"],
    ["several rows", '{"instances":[[5,"a"],[-5,"b"]]}', "/predict"],
    ["probabilities and an explanation", sound, "/predict?probabilities=true&explain=true"],
    ["wrong fields", '{"features":["wide",{}]}', "/predict"],
    ["another shape", '{"rows":[]}', "/predict"],
    ["an unknown model", sound, "/models/roses/predict"],
    ["a query that is neither true nor false", sound, "/predict?explain=perhaps"],
    ["too many rows", `{"instances":[${"[1,2],".repeat(5)}[1,2]]}`, "/predict"],
  ])("answer %s as Express does, to the byte", async (_, body, path) => {
    const here = await send(body, {}, path);
    hot = false;
    expect(comparable(here)).toEqual(comparable(await send(body, {}, path)));
  });

  it("answer the same where the request had to wait and its body is there already, or some of it", async () => {
    late = true;
    expect((await send(sound)).status).toBe(200);
    expect((await send("")).status).toBe(400);
    expect((await send(`{"features":[5,"${"a".repeat(18_000)}"]}`, { "transfer-encoding": "chunked" })).status).toBe(
      200,
    );
  });

  it("leave a compressed body to Express", async () => {
    expect((await send(gzipSync(sound), { "content-encoding": "gzip" })).status).toBe(200);
  });

  it("refuse what is not JSON in UTF-8, and what is nested too deep", async () => {
    const codes = async (...bodies: (string | Buffer)[]) =>
      (await Promise.all(bodies.map((body) => send(body)))).map((reply) => [reply.status, codeOf(reply)]);
    const broken = Buffer.from('{"features":[5,"\xff"]}', "latin1");
    const deep = `{"features":${"[".repeat(5000)}${"]".repeat(5000)}}`;
    expect(await codes("{not", "", broken, deep)).toEqual(Array(4).fill([400, "REQUEST_MALFORMED"]));
    const form = await send("features=5", { "content-type": "application/x-www-form-urlencoded" });
    expect([form.status, codeOf(form)]).toEqual([415, "MEDIA_TYPE_UNSUPPORTED"]);
    expect((await send(sound, { "content-type": "application/json; charset=UTF-8" })).status).toBe(200);
    expect((await send(sound, { "content-type": "application/json; charset=latin1" })).status).toBe(415);
  });

  it("say 413 to a body that is too large, announced or in chunks, and the connection goes on", async () => {
    const large = `{"features":[5,"${"a".repeat(limits.bytes)}"]}`;
    const chunked = await send(large, { "transfer-encoding": "chunked" });
    for (const reply of [await send(large), chunked])
      expect([reply.status, codeOf(reply)]).toEqual([413, "BODY_TOO_LARGE"]);
    expect((await send(sound, { "transfer-encoding": "chunked" })).status).toBe(200);
  });

  it("take names from the prototype for what they are: no features of the model", async () => {
    const body = '{"features":{"x":5,"shop":"a","__proto__":{"polluted":1},"constructor":1}}';
    const { status, text } = await send(body);
    const { problems } = JSON.parse(text) as { problems: { pointer: string }[] };
    expect([status, problems.map(({ pointer }) => pointer)]).toEqual([
      422,
      ["/features/__proto__", "/features/constructor"],
    ]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((await send('{"__proto__":{"x":1},"features":[5,"a"]}')).status).toBe(422);
  });

  it("answer requests that come in one packet, in their order, on one connection", async () => {
    const socket = connect(port(), "127.0.0.1");
    const one = (x: number) => {
      const body = `{"features":[${x},"a"]}`;
      return `POST /predict HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
    socket.write(one(5) + one(-5) + one(6));
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await until("three answers", () => text.split("prediction_id").length === 4);
    expect(text.match(/"prediction":"\w+"/g)).toEqual(
      ["right", "left", "right"].map((side) => `"prediction":"${side}"`),
    );
    socket.destroy();
  });

  it("forget a caller who goes away in the middle of a body", async () => {
    const socket = connect(port(), "127.0.0.1");
    socket.write("POST /predict HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
    await once(socket, "connect");
    socket.destroy();
    expect((await send(sound)).status).toBe(200);
  });

  it("are for POST alone, and say so", async () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const { status, headers } = await send("", {}, "/models/sides/predict", method);
      expect([status, headers.allow]).toEqual([405, "POST, OPTIONS"]);
    }
    expect((await send("", {}, "/predict", "HEAD")).status).toBe(405);
    expect((await send("", {}, "/predict", "OPTIONS")).status).toBe(204);
  });
});

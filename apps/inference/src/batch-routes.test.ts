import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { until } from "@millrace/testing";
import { answererForTest, servedForTest } from "./answer-for-test.js";
import { openBatchRoutes } from "./batch-routes.js";

const versions = [servedForTest(1, 0), servedForTest(2, 100)];
const { answerer, log, logged, state } = answererForTest(versions);
let server: Server;

beforeAll(async () => {
  const first = openBatchRoutes({ answerer, log, limits: { rows: 5000, bytes: 1_000_000 }, errors: 10 });
  server = createServer((request, response) => {
    if (!first(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  state.now = versions[0]!;
  logged.length = 0;
});

const port = () => (server.address() as AddressInfo).port;
const send = (body: string | Buffer | FormData, type?: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port()}/models/sides/predict/batch`, {
    method: "POST",
    body: body as never,
    headers: { ...(type !== undefined && { "content-type": type }), ...headers },
  });
const linesOf = async (response: Response) => (await response.text()).trim().split("\n");
const csv = "id,shop,x\n7,a,5\n8,b,-5\n";

describe("a batch", () => {
  it("answers a CSV with its own columns and what is said of each row behind them", async () => {
    const response = await send(csv, "text/csv");
    expect(response.headers.get("content-type")).toMatch(/^text\/csv/);
    const [head, ...rows] = await linesOf(response);
    expect(head).toBe("id,shop,x,prediction,confidence,model_version,prediction_id,error");
    expect(rows.map((row) => row.split(",").slice(0, 4))).toEqual([
      ["7", "a", "5", "right"],
      ["8", "b", "-5", "left"],
    ]);
    expect(logged.map(({ features }) => features)).toEqual([
      [5, "a"],
      [-5, "b"],
    ]);
  });

  it("answers a stream of lines in their order, and tells of each wrong one where it stands", async () => {
    const lines = ['{"x": 5, "shop": "a"}', "{", '["wide", "a"]', "", '{"features": [-5, "b"]}'];
    const response = await send(lines.join("\n"), "application/x-ndjson");
    const answers = (await linesOf(response)).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers).toMatchObject([
      { line: 1, prediction: "right", model_version: 1 },
      { line: 2, error: { code: "ROW_MALFORMED" } },
      { line: 3, error: { code: "FEATURES_INVALID", problems: [{ pointer: "/0" }] } },
      { line: 5, prediction: "left" },
    ]);
  });

  it("reads quotes, line breaks in cells, missing values and a mark at the beginning as tables do", async () => {
    const quoted = '\uFEFFshop,"x","no\nte"\r\n"a",5,"one, two\nand ""three"""\r\nb,NA,\r\n"a,5,\r\n';
    const response = await send(quoted, "text/csv", { accept: "application/x-ndjson" });
    const answers = (await linesOf(response)).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers).toMatchObject([
      { line: 3, prediction: "right" },
      { line: 5 },
      { line: 6, error: { code: "ROW_MALFORMED" } },
    ]);
    expect(logged[1]!.features).toEqual([null, "b"]);
  });

  it("reads a file as ingestion does: its delimiter, decimal comma and words for a missing value", async () => {
    const file = '\uFEFFid; x ;"shop"\r\n7;1.234,5;"a;b"\r\n8; -5 ;n/a\r\n9;?; \r\n';
    const url = `http://127.0.0.1:${port()}/models/sides/predict/batch?decimal=comma`;
    const response = await fetch(url, { method: "POST", body: file, headers: { "content-type": "text/csv" } });
    const [, first] = await linesOf(response);
    expect(first).toMatch(/^7,"1\.234,5",a;b,right,/);
    expect(logged.map(({ features }) => features)).toEqual([
      [1234.5, "a;b"],
      [-5, null],
      [null, null],
    ]);
    expect((await send("x|shop\n5|NULL\n", "text/csv")).status).toBe(200);
    expect(logged[3]!.features).toEqual([5, null]);
    expect(await linesOf(await send("x\tshop\n0x10\ta\n", "text/csv"))).toEqual([
      expect.anything(),
      expect.stringContaining("must be a number"),
    ]);
    const wrong = await fetch(url.replace("comma", "dot"), { method: "POST", headers: { "content-type": "text/csv" } });
    expect(await wrong.json()).toMatchObject({ code: "QUERY_INVALID", status: 400 });
  });

  it("leaves out of a line of JSON what is no feature, such as the answer in the file that was learnt from", async () => {
    const lines =
      '{"x":5,"side":"left","shop":"a","__proto__":{"x":1}}\n{"features":{"x":-5,"shop":"a","id":7}}\n{"x":5,"id":7}\n';
    const answers = (await linesOf(await send(lines, "application/x-ndjson"))).map(
      (line) => JSON.parse(line) as unknown,
    );
    expect(answers).toMatchObject([
      ...[{ prediction: "right" }, { prediction: "left" }, { error: { code: "FEATURES_INVALID" } }],
    ]);
    expect(logged[0]!.features).toEqual({ x: 5, shop: "a" });
  });

  it("says in the row itself what is wrong with a row of a CSV", async () => {
    const [, ...rows] = await linesOf(await send("x,shop\n5,a\nwide,a\n5\n", "text/csv"));
    expect(rows[1]).toMatch(/^wide,a,,,,,"?line 3: .*must be a number, not/);
    expect(rows[2]).toMatch(/^5,,,,,,line 4: it has 1 cells where the head has 2\.$/);
  });

  it("refuses a CSV without the model's columns before it answers any row", async () => {
    const response = await send("x,colour\n1,red\n", "text/csv");
    expect([response.status, response.headers.get("content-type")]).toEqual([
      422,
      expect.stringMatching(/problem\+json/),
    ]);
    expect(await response.json()).toMatchObject({ code: "CSV_HEAD_INVALID", detail: expect.stringContaining("shop") });
    expect((await send("", "text/csv")).status).toBe(422);
  });

  it("takes a file that a form uploads, and shows it as a table to a browser", async () => {
    const form = new FormData();
    form.set("note", "first");
    form.set("file", new Blob(["x,shop\n5,<b>\n"], { type: "text/csv" }), "rows.csv");
    const response = await send(form, undefined, { accept: "text/html,*/*" });
    const page = await response.text();
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(page).toContain("<td>right</td>");
    expect(page).toContain("&lt;b&gt;");
    expect(page).not.toContain("<script");
  });

  it("answers one JSON body as a whole, as JSON, CSV or a table", async () => {
    const body = '{"instances": [[5, "a"], {"x": -5, "shop": "b"}]}';
    expect(await (await send(body, "application/json")).json()).toMatchObject({
      ...{ model: "sides", model_version: 1, predictions: [{ prediction: "right" }, { prediction: "left" }] },
    });
    const [head, , second] = await linesOf(await send(body, "application/json", { accept: "text/csv" }));
    expect(head).toMatch(/^x,shop,prediction/);
    expect(second).toMatch(/^-5,b,left,/);
    expect((await send('{"instances": [[5]]}', "application/json")).status).toBe(422);
  });

  it("gives up after too many wrong rows, and says so at the end", async () => {
    const lines = await linesOf(await send("no\n".repeat(50), "application/x-ndjson"));
    expect(lines).toHaveLength(11);
    expect(JSON.parse(lines[10]!)).toMatchObject({ error: { code: "TOO_MANY_WRONG_ROWS", where: "line 10" } });
  });

  it("unpacks gzip, and refuses other kinds of bodies", async () => {
    expect((await send(gzipSync(csv), "text/csv", { "content-encoding": "gzip" })).status).toBe(200);
    expect((await send(csv, "text/csv", { "content-encoding": "gzip" })).status).toBe(400);
    expect((await send(csv, "text/plain")).status).toBe(415);
    expect((await send(csv, "text/csv", { "content-encoding": "br" })).status).toBe(415);
  });

  it("skips a line that never ends, and goes on behind it", async () => {
    const lines = await linesOf(await send(`[1,"${"a".repeat(3_000_000)}"]\n[5,"a"]\n`, "application/x-ndjson"));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { line: 1, error: { code: "ROW_MALFORMED" } },
      { line: 2, prediction: "right" },
    ]);
  });

  it("answers a stream to its end with the version that it began with", async () => {
    const { port: at } = server.address() as AddressInfo;
    const socket = connect(at, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const chunk = (line: string) => `${line.length.toString(16)}\r\n${line}\r\n`;
    socket.write(
      "POST /models/sides/predict/batch HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    socket.write(chunk('[5,"a"]\n'));
    await until("the first answer", () => text.includes('"line":1'));
    state.now = versions[1]!;
    socket.write(`${chunk('[5,"a"]\n')}0\r\n\r\n`);
    await until("the second answer", () => text.includes('"line":2'));
    expect(text.match(/"model_version":\d/g)).toEqual(['"model_version":1', '"model_version":1']);
    socket.destroy();
  });

  it("does not wait for a caller that reads nothing before it has sent everything", async () => {
    const row = `[5,"${"a".repeat(200)}"]\n`;
    const body = Buffer.from(row.repeat(60_000));
    const socket = connect(port(), "127.0.0.1");
    socket.write(
      `POST /models/sides/predict/batch HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    await new Promise<void>((resolve) => socket.write(body, () => resolve()));
    let lines = 0;
    socket.on("data", (chunk: Buffer) => (lines += chunk.toString("latin1").split('"line":').length - 1));
    await until("every answer", () => socket.closed || lines > 59_900, { within: 30_000 });
    expect(lines).toBeGreaterThan(59_900);
    socket.destroy();
  }, 60_000);
});

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { PredictionRecord } from "@millrace/contracts";
import { runIn } from "./platform-for-test.js";

const record = (place: number): PredictionRecord => ({
  ...{
    prediction_id: `p-${place}`,
    requested_at: "2026-03-04T05:06:07.089Z",
    model_version: 3,
    status: 200,
    prediction: "left",
  },
  ...{ confidence: 0.75, probabilities: null, features: { x: 1, "a, b": 'say "hi"' }, milliseconds: 0.125 },
  ...{ trace: null, caller: "shop", problem: null, label: place === 0 ? "right" : null, labelled_at: null },
});

describe("millrace predictions", () => {
  let server: Server;
  let asked: URLSearchParams[];
  const rows = 1500;
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, "http://x");
      asked.push(searchParams);
      const from = Number(searchParams.get("after") ?? 0);
      const to = Math.min(from + Number(searchParams.get("limit")), rows);
      const predictions = Array.from({ length: to - from }, (_, place) => record(from + place));
      response.statusCode = pathname === "/models/a%20b/predictions" ? 200 : 404;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ predictions, ...(to < rows && { next: String(to) }) }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const cli = (...argv: string[]) => {
    const environment = { MILLRACE_INFERENCE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    return runIn(".", environment, ["predictions", "a b", ...argv]);
  };

  it("shows the newest first, with their labels", async () => {
    const { exit, out } = await cli("--since", "1d", "--limit", "2");
    expect(exit).toBe(0);
    expect(out).toMatch(/^TIME +PREDICTION ID +VERSION +STATUS +PREDICTION +CONFIDENCE +LABEL +MS +FEATURES\n/);
    expect(out).toMatch(/2026-03-04 05:06:07 +p-0 +3 +200 +left +0\.750 +right +0\.13 +\{"x":1/);
    expect(Object.fromEntries(asked[0]!)).toEqual({ since: "1d", order: "desc", limit: "2" });
    expect((await cli()).out.trimEnd().split("\n")).toHaveLength(21);
  });

  it("exports all of them as NDJSON or CSV, in the order of time, page by page", async () => {
    const { out } = await cli("--format", "ndjson");
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(Array.from({ length: rows }, (_, i) => record(i)));
    expect(asked.map((search) => search.get("after"))).toEqual([null, "1000"]);
    expect(asked[0]!.get("order")).toBe("asc");
    const [head, first] = (await cli("--format", "csv", "--limit", "1")).out.split("\n");
    expect(head).toMatch(/^prediction_id,requested_at,model_version,status,prediction,confidence,label,/);
    expect(first).toBe(
      'p-0,2026-03-04T05:06:07.089Z,3,200,left,0.75,right,,0.125,,shop,,,"{""x"":1,""a, b"":""say \\""hi\\""""}"',
    );
  });

  it("writes one JSON document with --json, and knows no other format", async () => {
    const { out } = await cli("--json", "--limit", "1");
    expect(JSON.parse(out)).toEqual({ predictions: [record(0)] });
    expect((await cli("--format", "xml")).exit).toBe(2);
  });
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { PredictionRecord, PredictionsPage } from "@millrace/contracts";
import { createKey, HttpProblem } from "@millrace/service";
import { temporaryFolder, until } from "@millrace/testing";
import { deployTo, modelWith, startReplica, type Replica } from "./inference-for-test.js";
import type { LoggedPrediction } from "./prediction-log/prediction-log.js";
import { openDoor, predictionWanted } from "./refused-requests.js";

const admin = "an admin's key of some length";
const json = { "content-type": "application/json" };
const row = '{"features": [5, "a"]}';

describe("a request that is refused before its row is looked at", () => {
  let replica: Replica;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const keys = {
    shop: createKey({ name: "shop", scopes: ["predict"], models: ["roses"] }, new Date()),
    slow: createKey({ name: "slow", scopes: ["predict"], rate: { perSecond: 0.001, burst: 1 } }, new Date()),
  };
  beforeAll(async () => {
    folder = await temporaryFolder("refused");
    const file = join(folder.path, "keys.json");
    await writeFile(file, JSON.stringify({ version: 1, keys: Object.values(keys).map(({ record }) => record) }));
    replica = await startReplica({ MILLRACE_API_KEY: admin, MILLRACE_KEYS_FILE: file, INFERENCE_BODY_MB: "1" });
    await deployTo(replica, modelWith(0));
    await until("the model to serve", async () => (await get("/models/sides")).status === 200);
  });
  afterAll(async () => {
    await replica.stop();
    await folder.remove();
  });

  const get = (path: string) => fetch(`${replica.url}${path}`, { headers: { "x-api-key": admin } });
  const post = async (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    key: string | null = admin,
  ) =>
    (
      await fetch(`${replica.url}${path}`, {
        ...{ method: "POST", body },
        headers: { ...json, ...(key !== null && { "x-api-key": key }), ...headers },
      })
    ).status;
  const logged = async (): Promise<PredictionRecord[]> => {
    const page = (await (await get("/models/sides/predictions?limit=1000")).json()) as PredictionsPage;
    return page.predictions as PredictionRecord[];
  };
  const written = async () => ((await (await get("/prediction-log")).json()) as { written: number }).written;
  const since = async (ask: () => Promise<unknown>) => {
    const before = new Set((await logged()).map(({ prediction_id: id }) => id));
    await ask();
    return (await logged())
      .filter(({ prediction_id: id }) => !before.has(id))
      .map(({ status, problem, caller, features }) => [status, /^[A-Z0-9_]+/.exec(problem!)?.[0], caller, features]);
  };
  const large = `{"features": [${" ".repeat(1_000_001)}]}`;
  const traced = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

  it("is logged once with status, code and caller, whichever way it took", async () => {
    const owner = "MILLRACE_API_KEY";
    const cases: [ask: () => Promise<unknown>, status: number, code: string, caller: string | null][] = [
      [() => post("/predict", row, {}, null), 401, "KEY_REQUIRED", null],
      [() => post("/models/sides/predict", row, {}, "no key at all"), 401, "KEY_REQUIRED", null],
      [() => post("/models/sides/predict", row, {}, keys.shop.text), 403, "MODEL_FORBIDDEN", "shop"],
      [() => post("/predict", row, {}, keys.shop.text), 403, "MODEL_FORBIDDEN", "shop"],
      [() => post("/predict", large), 413, "BODY_TOO_LARGE", owner],
      [() => post("/predict", row, { "content-type": "text/plain" }), 415, "MEDIA_TYPE_UNSUPPORTED", owner],
      [() => post("/predict", "{not json"), 400, "REQUEST_MALFORMED", owner],
      [() => post("/predict", row, { "x-model-version": "first" }), 400, "HEADER_INVALID", owner],
      [() => post("/predict", "{}"), 422, "REQUEST_INVALID", owner],
      [() => post("/predict", '{"features": ["wide", "a"]}'), 422, "FEATURES_INVALID", owner],
      [() => post("/predict", gzipSync("{not json"), { "content-encoding": "gzip" }), 400, "REQUEST_MALFORMED", owner],
      [() => post("/predict", gzipSync("{}"), { "content-encoding": "gzip" }), 422, "REQUEST_INVALID", owner],
      [() => post("/predict", row, { "content-encoding": "gzip" }), 400, "REQUEST_MALFORMED", owner],
      [() => get("/models/sides/predict"), 405, "METHOD_NOT_ALLOWED", owner],
      [
        () => post("/models/sides/predict/batch", "a\n1\n", { "content-type": "text/csv" }),
        422,
        "CSV_HEAD_INVALID",
        owner,
      ],
      [() => post("/models/sides/predict/batch", "{not json"), 400, "REQUEST_MALFORMED", owner],
      [() => post("/models/sides/predict/batch", '{"instances": [[1]]}'), 422, "FEATURES_INVALID", owner],
      [() => post("/v2/models/sides/infer", '{"inputs": 5}'), 400, "V2_REQUEST_INVALID", owner],
      [() => post("/v2/models/sides/versions/9/infer", "{}"), 404, "VERSION_NOT_APPROVED", owner],
      [() => post("/v2/models/sides/versions/9/infer", "{}"), 404, "VERSION_NOT_APPROVED", owner],
      [
        () =>
          post("/models/sides/form", "f0=1", {
            "content-type": "application/x-www-form-urlencoded",
            "content-encoding": "br",
          }),
        400,
        "REQUEST_MALFORMED",
        owner,
      ],
    ];
    const rows = await since(async () => {
      for (const [ask] of cases) await ask();
    });
    const told = rows.map((each) => each.slice(0, 3).join(" "));
    expect(told.sort()).toEqual(cases.map(([, ...told]) => told.join(" ")).sort());
    expect(await post("/predict", row, {}, keys.slow.text)).toBe(200);
    expect(await since(() => post("/predict", row, {}, keys.slow.text))).toEqual([
      [429, "RATE_EXCEEDED", "slow", null],
    ]);
  });

  it("is logged without features, with its trace, under the only model where it named none", async () => {
    await post("/predict", row, traced, null);
    expect((await logged()).at(-1)).toMatchObject({ status: 401, features: null, model_version: null });
    const trace = traced.traceparent.split("-")[1];
    expect((await logged()).at(-1)).toMatchObject({ trace });
  });

  it("is logged when it names a model that nobody has, or none that can be read", async () => {
    const before = await written();
    expect(await post("/models/roses/predict", row)).toBe(404);
    expect(await post("/models/roses/form", "f0=1", { "content-type": "application/x-www-form-urlencoded" })).toBe(404);
    for (const path of ["predict", "predict/batch", "form"]) expect(await post(`/models/%zz/${path}`, row)).toBe(400);
    expect(await post("/v2/models/%zz/infer", "{}")).toBe(400);
    await until("the rows", async () => (await written()) === before + 6);
  });
});

describe("the door", () => {
  const overloaded = new HttpProblem(503, { code: "OVERLOADED", message: "more calls come than can be answered." });
  function doorForTest(perSecond: number) {
    const rows: LoggedPrediction[] = [];
    let [now, dropped] = [0, 0];
    const log = { write: (entry: LoggedPrediction) => void rows.push(entry), drop: () => (dropped += 1) } as never;
    const serving = { models: () => new Map([["sides", {} as never]]) };
    const door = openDoor({ serving, log, clock: () => new Date(0), perSecond, ticks: () => now });
    const turn = (url: string, method = "POST") => door({ method, url, headers: {} } as never, overloaded);
    return { rows, turn, dropped: () => dropped, forward: (ms: number) => (now += ms) };
  }

  it("logs so many a second of those it turns away, and counts the others", () => {
    const { rows, turn, dropped, forward } = doorForTest(10);
    for (let call = 0; call < 25; call++) turn("/predict");
    expect([rows.length, dropped()]).toEqual([10, 15]);
    forward(500);
    for (let call = 0; call < 25; call++) turn("/predict");
    expect([rows.length, dropped()]).toEqual([15, 35]);
    expect(rows[0]).toMatchObject({ model: "sides", status: 503, problem: expect.stringMatching(/^OVERLOADED: /) });
    expect(rows[0]!.features).toBeUndefined();
  });

  it("logs those only that wanted a prediction", () => {
    const { rows, turn } = doorForTest(100);
    for (const url of ["/models", "/", "/docs", "/models/sides/feedback", "/models/sides/predictions", "/predictor"])
      turn(url);
    turn("/models/sides/form", "GET");
    turn("/predict", "OPTIONS");
    expect(rows).toEqual([]);
    for (const url of [
      "/predict?explain=1",
      "/models/s%20t/predict/batch",
      "/v2/models/s/versions/1/infer",
      "/PREDICT/",
    ])
      turn(url);
    expect(rows.map(({ model }) => model)).toEqual(["sides", "s t", "s", "sides"]);
    expect(predictionWanted({ method: "POST", url: "/models/%zz/form" })).toEqual({ model: "%zz" });
  });
});

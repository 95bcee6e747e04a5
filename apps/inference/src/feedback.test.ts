import { defineService, runServices, type RunningServices } from "@millrace/service";
import { call, temporaryFolder, until } from "@millrace/testing";
import type { PredictionRecord, PredictionsPage } from "@millrace/contracts";
import { logRoutes } from "./feedback-routes.js";
import type { PredictionLog } from "./prediction-log/prediction-log.js";
import { predictionLogSettings } from "./prediction-log/log-settings.js";
import { openServiceLog } from "./prediction-log/open-service-log.js";
import type { ServedModel } from "./served-model.js";
import type { Serving } from "./serving.js";

const served = {
  ...{
    name: "sides",
    version: 3,
    model: { task: "classification", classes: ["left", "right"], features: [{ name: "x" }] },
  },
} as unknown as { model: { classes: string[] } } & ServedModel;

const servingFor = (told: unknown[]) =>
  ({
    models: () => new Map([["sides", served]]),
    problems: () => new Map(),
    versions: (name: string) => (name === "sides" ? [served] : []),
    observeLabel: (...said: unknown[]) => told.push(said),
  }) as unknown as Serving;

describe("feedback", () => {
  let running: RunningServices;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let log: PredictionLog;
  let told: unknown[];
  const logged = defineService({
    ...{ name: "inference", http: true },
    async start(platform, app) {
      const serving = servingFor((told = []));
      const opened = await openServiceLog(platform, serving, predictionLogSettings.parse({}));
      log = opened!.log;
      logRoutes(app, { serving, clock: platform.clock, ...opened! });
      return log;
    },
  });
  const start = async () => {
    running = await runServices("inference", [logged], {
      environment: { MILLRACE_DATA_DIR: folder.path, INFERENCE_PORT: "0", LOG_LEVEL: "error" },
    });
  };
  beforeEach(async () => {
    folder = await temporaryFolder("feedback");
    served.model = { ...served.model, classes: ["left", "right"] };
    await start();
  });
  afterEach(async () => {
    await running.stop();
    await folder.remove();
  });

  const send = (body: unknown, model = "sides") => call(`${running.urls.inference}/models/${model}/feedback`, body);
  const page = async (search = "") =>
    (await call<PredictionsPage>(`${running.urls.inference}/models/sides/predictions${search}`)).body;
  const asked = async (...ids: string[]) => {
    const of = { model: "sides", version: 3, status: 200, milliseconds: 0.1, prediction: "right", features: { x: 1 } };
    ids.forEach((id, place) => log.write({ ...of, id, at: new Date(Date.now() - 60_000 + place) }));
    await until("the rows", () => log.details().written >= ids.length);
  };
  const labels = ({ predictions }: PredictionsPage) =>
    Object.fromEntries(predictions.map(({ prediction_id: id, label }: PredictionRecord) => [id, label]));

  it("is joined to its prediction, before and after both are in the artifact store", async () => {
    await asked("p-1", "p-2");
    expect(await send({ prediction_id: "p-1", label: "left" })).toEqual({ status: 202, body: { accepted: 1 } });
    expect(labels(await page())).toEqual({ "p-1": "left", "p-2": null });
    await running.stop();
    await start();
    expect(labels(await page())).toEqual({ "p-1": "left", "p-2": null });
    await send({ prediction_id: "p-2", label: "right" });
    const { predictions } = await page();
    expect(predictions[1]).toMatchObject({
      ...{
        prediction_id: "p-2",
        label: "right",
        prediction: "right",
        features: { x: 1 },
        model_version: 3,
        status: 200,
      },
      ...{ problem: null, caller: null, labelled_at: expect.stringMatching(/^20\d\d-/) },
    });
  });

  it("may come twice, late, or for a prediction that nobody knows here; the last label counts", async () => {
    await asked("p-1");
    await send({ prediction_id: "p-1", label: "left" });
    await send({ prediction_id: "p-1", label: "left" });
    expect(await send({ prediction_id: "of another replica", label: "left" })).toMatchObject({ status: 202 });
    await send({ prediction_id: "p-1", label: "right" });
    expect(labels(await page())).toEqual({ "p-1": "right" });
    await running.stop();
    await start();
    expect(labels(await page())).toEqual({ "p-1": "right" });
  });

  it("comes one by one, as an array, or as NDJSON", async () => {
    await asked("p-1", "p-2", "p-3", "p-4");
    await send([
      { prediction_id: "p-1", label: "left" },
      { prediction_id: "p-2", label: "right" },
    ]);
    const response = await fetch(`${running.urls.inference}/models/sides/feedback`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: '{"prediction_id":"p-3","label":"left"}\n\n{"prediction_id":"p-4","label":"left"}\n',
    });
    expect([response.status, await response.json()]).toEqual([202, { accepted: 2 }]);
    expect(labels(await page())).toEqual({ "p-1": "left", "p-2": "right", "p-3": "left", "p-4": "left" });
  });

  it("may be true or false, where the data said so and the model has 1 and 0", async () => {
    served.model = { ...served.model, classes: ["0", "1"] };
    await asked("p-1", "p-2");
    expect(await send({ prediction_id: "p-1", label: true })).toMatchObject({ status: 202 });
    expect(await send({ prediction_id: "p-2", label: "False" })).toMatchObject({ status: 202 });
    expect(labels(await page())).toEqual({ "p-1": "1", "p-2": "0" });
  });

  it("is refused whole where a label is no class of the model, with a pointer to each", async () => {
    await asked("p-1");
    const { status, body } = await send([
      { prediction_id: "p-1", label: "left" },
      { prediction_id: "p-1", label: "up" },
    ]);
    expect([status, body.code]).toEqual([400, "LABEL_UNKNOWN"]);
    expect(body.problems).toEqual([{ pointer: "/1/label", message: 'is "up", not one of left, right' }]);
    expect(labels(await page())).toEqual({ "p-1": null });
    expect(await send({ prediction_id: "p-1", label: "up" })).toMatchObject({
      body: { problems: [{ pointer: "/label" }] },
    });
  });

  it("is refused with the reason where the body or the model is wrong", async () => {
    expect(await send({ id: "p-1" })).toMatchObject({ status: 422, body: { code: "FEEDBACK_INVALID" } });
    expect(await send([])).toMatchObject({ status: 422 });
    expect(await send({ prediction_id: "p-1", label: "left" }, "roses")).toMatchObject({ status: 404 });
    const lines = { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: "{}\nx" };
    const answer = await fetch(`${running.urls.inference}/models/sides/feedback`, lines);
    expect(await answer.json()).toMatchObject({ code: "LINE_MALFORMED", where: "line 2", status: 400 });
  });

  it("tells a rollout once whether the answer was right", async () => {
    await asked("p-1", "p-2");
    await send({ prediction_id: "p-1", label: "right" });
    await send({ prediction_id: "p-1", label: "right" });
    await send([
      { prediction_id: "p-2", label: "left" },
      { prediction_id: "unknown", label: "left" },
    ]);
    expect(told).toEqual([
      ["sides", { id: "p-1", version: 3, prediction: "right", model: "sides" }, "right"],
      ["sides", { id: "p-2", version: 3, prediction: "right", model: "sides" }, "left"],
    ]);
  });

  it("is read page by page, in either order, without a row twice or left out", async () => {
    const ids = Array.from({ length: 25 }, (_, place) => `p-${String(place).padStart(2, "0")}`);
    await asked(...ids);
    await running.stop();
    await start();
    const read: Record<string, string[]> = { asc: [], desc: [] };
    for (const order of ["asc", "desc"])
      for (let next: string | undefined = ""; next !== undefined;) {
        const part: PredictionsPage = await page(`?order=${order}&limit=10${next === "" ? "" : `&after=${next}`}`);
        read[order]!.push(...part.predictions.map((each) => each.prediction_id));
        next = part.next;
      }
    expect(read).toEqual({ asc: ids, desc: [...ids].reverse() });
    expect((await page("?since=30s")).predictions).toEqual([]);
    expect((await page("?until=1h")).predictions).toEqual([]);
  });

  it("is read only where the question is a right one", async () => {
    for (const search of ["?since=soon", "?limit=5000", "?after=x", "?colour=red", "?order=up"])
      expect(await page(search)).toMatchObject({ status: 400, code: "QUERY_INVALID" });
  });
});

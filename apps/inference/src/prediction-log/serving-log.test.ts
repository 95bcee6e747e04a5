import { call, until } from "@millrace/testing";
import type { PredictionRecord, PredictionsPage } from "@millrace/contracts";
import { deployTo, modelWith, startReplica, type Replica } from "../inference-for-test.js";

describe("a replica's prediction log", () => {
  let replica: Replica;
  const begin = async (environment: Record<string, string> = {}) => {
    replica = await startReplica(environment);
    await deployTo(replica, modelWith(0));
    await until("the model to serve", async () => {
      const { body } = await call<{ models: object[] }>(`${replica.url}/models`);
      return body.models.length === 1;
    });
  };
  afterEach(() => replica.stop());

  const predict = (features: unknown) => call(`${replica.url}/models/sides/predict`, { features });
  const logged = async () =>
    (await call<PredictionsPage>(`${replica.url}/models/sides/predictions`)).body.predictions as PredictionRecord[];

  it("has every request, answered or refused, under the id and version of its answer", async () => {
    await begin();
    const { body } = await predict({ x: 5, shop: "a" });
    await predict([-5, "b"]);
    expect((await predict(["wide", "a"])).status).toBe(422);
    const rows = await logged();
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      ...{ prediction_id: body.prediction_id, model_version: 1, status: 200, prediction: "right" },
      ...{ confidence: body.confidence, features: { x: 5, shop: "a" }, problem: null },
    });
    expect(rows[1]).toMatchObject({ prediction: "left", features: { x: -5, shop: "b" } });
    expect(rows[2]).toMatchObject({ status: 422, prediction: null, problem: expect.stringMatching(/./) });
  });

  it("takes the label of an answer that was just given", async () => {
    await begin();
    const { body } = await predict({ x: 5, shop: "a" });
    const feedback = { prediction_id: body.prediction_id, label: "left" };
    expect((await call(`${replica.url}/models/sides/feedback`, feedback)).status).toBe(202);
    expect(await logged()).toMatchObject([{ prediction: "right", label: "left" }]);
  });

  it("hides what the environment says, and tells what became of its rows", async () => {
    await begin({ PREDICTION_LOG_DROP: "shop" });
    await predict({ x: 5, shop: "a" });
    await predict({ x: 5 });
    const rows = await logged();
    expect(rows.map(({ features }) => features)).toEqual([{ x: 5 }, { x: 5 }]);
    const details = await call(`${replica.url}/prediction-log`);
    expect(details.body).toMatchObject({ written: 2, dropped: {} });
    const metrics = await (await fetch(`${replica.url}/metrics`)).text();
    expect(metrics).toContain('millrace_prediction_log_rows_total{outcome="written"} 2');
    expect(metrics).toMatch(/millrace_prediction_log_spooled_bytes [1-9]/);
  });

  it("is not kept where it is off", async () => {
    await begin({ PREDICTION_LOG: "off" });
    expect((await predict({ x: 5, shop: "a" })).status).toBe(200);
    expect((await call(`${replica.url}/models/sides/predictions`)).status).toBe(404);
  });
});

import { call, until } from "@millrace/testing";
import { deployTo, fillNothing, modelWith, startReplica, type Replica } from "./inference-for-test.js";

describe("the prediction API", () => {
  let replica: Replica;
  beforeEach(async () => {
    replica = await startReplica({ INFERENCE_LOOK_SECONDS: "60" });
  });
  afterEach(() => replica.stop());

  const predict = (features: unknown, path = "/predict") => call(`${replica.url}${path}`, { features });
  const serve = async (model = "sides", bytes = modelWith(0)) => {
    const { generation } = await deployTo(replica, bytes, { model });
    await until(`${model} to serve`, async () => {
      const { body } = await call(`${replica.url}/models/${model}`);
      return body.generation === generation;
    });
  };
  const problem = (status: number, code: string) => ({
    status,
    body: { status, code, title: code, detail: expect.any(String) },
  });

  it("answers by position and by name, with class, probabilities, version and an id of its own", async () => {
    await serve();
    const byPosition = await predict([5, "a"]);
    const byName = await predict({ shop: "a", x: 5 }, "/models/sides/predict");
    expect(byPosition).toMatchObject({ status: 200, body: { prediction: "right", model: "sides", model_version: 1 } });
    const { confidence, probabilities } = byPosition.body as {
      confidence: number;
      probabilities: Record<string, number>;
    };
    expect(probabilities.right).toBe(confidence);
    expect(probabilities.left! + probabilities.right!).toBeCloseTo(1, 12);
    expect({ ...byName.body, prediction_id: "" }).toEqual({ ...byPosition.body, prediction_id: "" });
    expect(byName.body.prediction_id).not.toBe(byPosition.body.prediction_id);
  });

  it("takes null for a missing value that the model can fill, and a category that it never saw", async () => {
    await serve();
    expect(await predict([null, null])).toMatchObject({ status: 200 });
    expect(await predict({ x: 3, shop: "never seen" })).toMatchObject({ status: 200, body: { prediction: "right" } });
  });

  it("says of each missing value that the model can't fill where it is", async () => {
    await serve("sides", modelWith(0, fillNothing));
    const { status, body } = await predict({ x: null });
    expect([status, body.code]).toEqual([400, "FEATURES_INVALID"]);
    expect(body.problems).toEqual([
      { pointer: "/x", message: expect.stringContaining("nothing to put in its place") },
      { pointer: "/shop", message: "is not given" },
    ]);
  });

  it("refuses rows of the wrong length or kind, and names that the model has not", async () => {
    await serve();
    expect(await predict([1])).toMatchObject(problem(400, "FEATURES_INVALID"));
    expect(await predict(["wide", "a"])).toMatchObject({ body: { problems: [{ pointer: "/0" }] } });
    expect(await predict({ x: 1, shop: "a", colour: "red" })).toMatchObject({
      body: { problems: [{ pointer: "/colour" }] },
    });
  });

  it("refuses a body of another shape, and shows one of the right shape", async () => {
    await serve();
    const answers = [
      await predict("x"),
      await call(`${replica.url}/predict`, { rows: [] }),
      await predict([{ deep: 1 }]),
    ];
    for (const answer of answers) expect(answer).toMatchObject(problem(422, "REQUEST_INVALID"));
    expect(answers[0]!.body.remedy).toContain('{"features": [x, shop]}');
    expect(await call(`${replica.url}/predict`, "{not json")).toMatchObject(problem(400, "REQUEST_MALFORMED"));
  });

  it("answers 503 with Retry-After before any model is there, and 404 for one that is not among them", async () => {
    expect(await predict([1, "a"])).toMatchObject(problem(503, "MODEL_NOT_LOADED"));
    expect(await predict([1, "a"], "/models/sides/predict")).toMatchObject(problem(503, "MODEL_NOT_LOADED"));
    const early = await fetch(`${replica.url}/predict`, {
      method: "POST",
      body: '{"features":[]}',
      headers: { "content-type": "application/json" },
    });
    expect(early.headers.get("retry-after")).toBe("1");
    await serve();
    const unknown = await predict([1, "a"], "/models/roses/predict");
    expect(unknown).toMatchObject(problem(404, "MODEL_UNKNOWN"));
    expect(unknown.body.remedy).toContain("sides");
    const answer = await fetch(`${replica.url}/models/roses`);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  });

  it("asks which one when several serve", async () => {
    await serve();
    await serve("fronts", modelWith(10));
    expect(await predict([5, "a"])).toMatchObject(problem(400, "MODEL_NOT_NAMED"));
    expect((await predict([5, "a"], "/models/fronts/predict")).body).toMatchObject({
      prediction: "left",
      model: "fronts",
    });
  });

  it("describes the models that serve and their features", async () => {
    await serve();
    const { body } = await call<{ models: object[]; problems: object }>(`${replica.url}/models`);
    expect(body).toMatchObject({
      models: [{ model: "sides", version: 1, generation: 1, classes: ["left", "right"] }],
      problems: {},
    });
    const one = await call(`${replica.url}/models/sides`);
    expect(one.body).toMatchObject({
      metrics: { f1: 0.9 },
      features: [
        { name: "x", kind: "number", example: 0 },
        { name: "shop", kind: "text", categories: ["a", "b"] },
      ],
    });
  });

  it("counts predictions by model, version and answer, and not what it refused", async () => {
    await serve();
    await predict([5, "a"]);
    await predict([6, "b"]);
    await predict([-5, "a"]);
    await predict([5]);
    const metrics = await (await fetch(`${replica.url}/metrics`)).text();
    expect(metrics).toContain('millrace_predictions_total{model="sides",version="1",prediction="right"} 2');
    expect(metrics).toContain('millrace_predictions_total{model="sides",version="1",prediction="left"} 1');
    expect(metrics).toContain('millrace_model_version{model="sides"} 1');
  });
});

describe("a default model", () => {
  it("is asked by POST /predict when several serve", async () => {
    const replica = await startReplica({ MILLRACE_DEFAULT_MODEL: "fronts" });
    try {
      await deployTo(replica, modelWith(0));
      await deployTo(replica, modelWith(10), { model: "fronts" });
      const { body } = await until("both to serve", async () => {
        const models = await call<{ models: object[] }>(`${replica.url}/models`);
        return models.body.models.length === 2 && call(`${replica.url}/predict`, { features: [5, "a"] });
      });
      expect(body).toMatchObject({ model: "fronts", prediction: "left" });
    } finally {
      await replica.stop();
    }
  });
});

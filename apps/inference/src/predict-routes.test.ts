import { predictManyResponse, predictResponse } from "@millrace/contracts";
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

  it("answers by position and by name, with class, version and an id of its own", async () => {
    await serve();
    const byPosition = await predict([5, "a"]);
    const byName = await predict({ shop: "a", x: 5 }, "/models/sides/predict");
    expect(byPosition).toMatchObject({ status: 200, body: { prediction: "right", model: "sides", model_version: 1 } });
    expect(byPosition.body).not.toHaveProperty("probabilities");
    expect({ ...byName.body, prediction_id: "" }).toEqual({ ...byPosition.body, prediction_id: "" });
    expect(byName.body.prediction_id).not.toBe(byPosition.body.prediction_id);
  });

  it("gives the probabilities and what moved the model to whoever asks for them", async () => {
    await serve();
    const { body } = await predict([5, "a"], "/predict?probabilities=true&explain=true");
    const { confidence, probabilities, explanation } = predictResponse.parse(body);
    expect(probabilities!.right).toBe(confidence);
    expect(probabilities!.left! + probabilities!.right!).toBeCloseTo(1, 12);
    const { scale, base, contributions } = explanation!;
    expect([scale, contributions[0]!.feature]).toEqual(["log-odds", "x"]);
    const score = contributions.reduce((sum, { contribution }) => sum + contribution, base);
    expect(1 / (1 + Math.exp(-score))).toBeCloseTo(confidence!, 6);
    expect(await predict([5, "a"], "/predict?explain=perhaps")).toMatchObject(problem(400, "QUERY_INVALID"));
  });

  it("answers several rows by one version, and none where one is wrong", async () => {
    await serve();
    const ask = (instances: unknown) => call(`${replica.url}/models/sides/predict`, { instances });
    const { status, body } = await ask([[5, "a"], { x: -5, shop: "b" }]);
    expect(status).toBe(200);
    const { predictions, ...by } = predictManyResponse.parse(body);
    expect(by).toEqual({ model: "sides", model_version: 1 });
    expect(predictions.map(({ prediction }) => prediction)).toEqual(["right", "left"]);
    expect(predictions[0]!.prediction_id).not.toBe(predictions[1]!.prediction_id);
    const wrong = await ask([[5, "a"], ["wide", "a"], { x: 1, colour: "red" }]);
    expect(wrong).toMatchObject(problem(422, "FEATURES_INVALID"));
    expect(wrong.body.problems).toMatchObject([
      { pointer: "/instances/1/0" },
      { pointer: "/instances/2/colour" },
      { pointer: "/instances/2/shop" },
    ]);
    expect(await ask([])).toMatchObject({ status: 422, body: { problems: [{ pointer: "/instances" }] } });
  });

  it("answers with the version that a header pins, and 400 to a header that names none", async () => {
    await serve();
    const pinned = (version: string) =>
      fetch(`${replica.url}/predict`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-model-version": version },
        body: '{"features": [5, "a"]}',
      });
    expect(await (await pinned("1")).json()).toMatchObject({ model_version: 1 });
    expect(await (await pinned("first")).json()).toMatchObject({ status: 400, code: "HEADER_INVALID" });
    await until("version 7 to be known as unknown", async () => (await pinned("7")).status === 404);
  });

  it("takes null for a missing value that the model can fill, and a category that it never saw", async () => {
    await serve();
    expect(await predict([null, null])).toMatchObject({ status: 200 });
    expect(await predict({ x: 3, shop: "never seen" })).toMatchObject({ status: 200, body: { prediction: "right" } });
  });

  it("says of each missing value that the model can't fill where it is", async () => {
    await serve("sides", modelWith(0, fillNothing));
    const { status, body } = await predict({ x: null });
    expect([status, body.code]).toEqual([422, "FEATURES_INVALID"]);
    expect(body.problems).toEqual([
      { pointer: "/features/x", message: expect.stringContaining("nothing to put in its place") },
      { pointer: "/features/shop", message: "is not given" },
    ]);
  });

  it("refuses rows of the wrong length or kind, and names that the model has not", async () => {
    await serve();
    expect(await predict([1])).toMatchObject(problem(422, "FEATURES_INVALID"));
    expect(await predict(["wide", "a"])).toMatchObject({ body: { problems: [{ pointer: "/features/0" }] } });
    expect(await predict({ x: 1, shop: "a", colour: "red" })).toMatchObject({
      body: { problems: [{ pointer: "/features/colour" }] },
    });
  });

  it("refuses a body of another shape, and shows one of the right shape", async () => {
    await serve();
    const answers = [
      await predict("x"),
      await call(`${replica.url}/predict`, { rows: [] }),
      await call(`${replica.url}/predict`, { features: [1, "a"], instances: [[1, "a"]] }),
      await call(`${replica.url}/predict`, [1, "a"]),
      await call(`${replica.url}/predict`, { features: [1, "a"], key: 5 }),
    ];
    for (const answer of answers) expect(answer).toMatchObject(problem(422, "REQUEST_INVALID"));
    expect(answers[0]!.body.remedy).toContain('{"features": [x, shop]}');
    expect(answers.map(({ body }) => body.problems)).toMatchObject([
      [{ pointer: "/features" }],
      [{ pointer: "/rows" }, { pointer: "/features" }],
      [{ pointer: "/instances" }],
      [{ pointer: "" }],
      [{ pointer: "/key" }],
    ]);
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

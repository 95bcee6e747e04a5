import {
  crossValidate,
  familyNamed,
  matrixOf,
  openLearning,
  resamplerNamed,
  seededRandom,
  type FitRequest,
  type Resample,
  type ResampleData,
} from "../index.js";

const random = seededRandom(1);
const x = matrixOf(Array.from({ length: 400 }, () => [random.next(), random.next(), random.next()]));
const y = Int32Array.from({ length: 400 }, (_, row) => (x.values[row * 3]! + random.next() > 1 ? 1 : 0));
const request: FitRequest = { x, y, classes: 2, family: "logistic-regression", params: { C: 0.5 }, seed: 7 };

describe("learning in a thread of its own", () => {
  const learning = openLearning();
  afterAll(() => learning.stop());

  it("gives what learning here would give, and the caller's thread goes on meanwhile", async () => {
    let turns = 0;
    const count = () => void ((turns += 1), (turn = setImmediate(count)));
    let turn = setImmediate(count);
    const fitted = await learning.fit(request);
    clearImmediate(turn);
    const { fit, parameters } = familyNamed("logistic-regression");
    expect(fitted).toEqual(fit({ x, y, classes: 2 }, parameters({ C: 0.5 }), { random: seededRandom(7) }));
    expect(turns).toBeGreaterThan(0);
  });

  it("hands over the problem with what was asked", async () => {
    await expect(learning.fit({ ...request, params: { c: 1 } })).rejects.toMatchObject({ code: "PARAMETER_UNKNOWN" });
  });

  it("cross-validates with the rows of each fold resampled as named, and tells how far it is", async () => {
    const columns = [0, 1, 2].map((column) => ({
      ...{ name: `c${column}`, kind: "number" as const },
      values: Float64Array.from({ length: 400 }, (_, row) => x.values[row * 3 + column]!),
    }));
    const trial = {
      ...{ table: { rows: 400, columns }, y, classes: ["a", "b"], features: columns.map(({ name }) => name) },
      ...{ family: "decision-tree", preprocess: [], seed: 7, folds: 3 },
    };
    const told: number[] = [];
    const onProgress = (_: string, done: number, total: number) => void told.push(done / total);
    const smote = resamplerNamed("smote");
    const resample: Resample = (data, context) => smote.resample(data as ResampleData, smote.defaults, context);
    const validated = await learning.crossValidate({ ...trial, resample: { with: "smote" } }, { onProgress });
    expect(validated).toEqual(crossValidate({ ...trial, resample }));
    expect(validated).not.toEqual(crossValidate(trial));
    expect(told.at(-1)).toBe(1);
  });

  it("can be called off", async () => {
    const abort = new AbortController();
    const fit = learning.fit(request, { signal: abort.signal });
    abort.abort(new Error("not needed any more"));
    await expect(fit).rejects.toThrow("not needed any more");
  });
});

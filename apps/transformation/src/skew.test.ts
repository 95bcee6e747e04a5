import {
  dataSchema,
  pipelineSpec,
  type Column,
  type DataOf,
  type Table,
  type datasetTransformed,
} from "@millrace/contracts";
import {
  compileRow,
  decodeNpy,
  describeFeatures,
  exportPreprocessorOnnx,
  familyNamed,
  openModel,
  packModel,
  seededRandom,
  type Matrix,
  type PreprocessorState,
} from "@millrace/learning";
import { readJson, runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { transformDataset } from "./transform-dataset.js";

const ROWS = 400;

/** Numbers, texts and dates with gaps in them, as people write them. */
function rowsFrom(seed: number): Table {
  const random = seededRandom(seed);
  const each = (value: (row: number) => number) => Float64Array.from({ length: ROWS }, (_, row) => value(row));
  const numbers = (name: string, values: Float64Array): Column => ({ name, kind: "number", values });
  const texts = (name: string, choices: readonly string[], missing = 0.1): Column => {
    const codes = Int32Array.from({ length: ROWS }, () =>
      random.next() < missing ? -1 : random.integer(choices.length),
    );
    return { name, kind: "text", codes, dictionary: [...choices].sort() };
  };
  const gaps = (value: number) => (random.next() < 0.1 ? NaN : value);
  const towns = Array.from({ length: 30 }, (_, town) => `town ${town}`);
  return {
    rows: ROWS,
    columns: [
      ...["mean", "constant", "knn a", "knn b", "power", "quantile", "robust", "maximum"].map((name) =>
        numbers(
          name,
          each(() => gaps((random.next() - 0.3) ** 3 * 100)),
        ),
      ),
      ...["buckets", "steps", "clipped"].map((name) =>
        numbers(
          name,
          each(() => random.next() * 10),
        ),
      ),
      numbers(
        "amount",
        each(() => gaps(Math.round(random.next() * 1e4) / 100)),
      ),
      numbers(
        "count",
        each(() => random.integer(50)),
      ),
      numbers(
        "since",
        each(() => Date.UTC(2020, 0, 1) + Math.floor(random.next() * 1e11)),
      ),
      texts("shop", ["a", "b", "c & d", "<e>"]),
      texts("town", towns, 0),
      texts("size", ["large", "medium", "small"]),
      texts("plan", ["free", "paid"]),
      texts("note", ["call back", "is happy, 2 calls", "x"]),
      texts("code", towns),
      texts("answer", ["no", "yes"], 0),
    ],
  };
}

/** Every step of preprocessing that a pipeline can name, and columns that serve expressions alone. */
const spec = pipelineSpec.parse({
  ...{ name: "answers", source: { path: "a.csv" }, target: { column: "answer" }, select: { folds: 3 } },
  features: {
    drop: ["amount", "count"],
    derive: { value: "amount * count", high: "if(value > 500, 'high', 'low')", weekday: "weekday(since)" },
  },
  preprocess: [
    { impute: "numeric", with: "median", indicators: true },
    { impute: "numeric", with: "mean", columns: ["mean"] },
    { impute: "numeric", with: "constant", value: -1, columns: ["constant"] },
    { impute: "numeric", with: "knn", columns: ["knn a", "knn b"], neighbours: 3, weights: "distance" },
    { impute: "numeric", with: "most-frequent", columns: ["value"] },
    { impute: "numeric", with: "keep", columns: ["maximum"] },
    { impute: "categorical", with: "most-frequent" },
    { impute: "categorical", with: "constant", value: "none", columns: ["plan"] },
    { clip: "numeric", with: "quantiles", low: 0.05, high: 0.95, columns: ["clipped"] },
    { clip: "numeric", with: "iqr", columns: ["mean"] },
    { scale: "numeric", with: "standard" },
    { scale: "numeric", with: "min-max", columns: ["constant"] },
    { scale: "numeric", with: "robust", columns: ["robust"] },
    { scale: "numeric", with: "max-abs", columns: ["maximum"] },
    { scale: "numeric", with: "power", columns: ["power"] },
    { scale: "numeric", with: "quantile", output: "normal", columns: ["quantile"] },
    { scale: "numeric", with: "none", columns: ["knn a"] },
    { buckets: "numeric", with: "quantile", count: 4, columns: ["buckets"] },
    { buckets: "numeric", with: "borders", borders: [2, 5], columns: ["steps"] },
    { encode: "categorical", with: "one-hot", unknown: "column", minFrequency: 0.02 },
    { encode: "categorical", with: "ordinal", order: ["small", "medium", "large"], columns: ["size"] },
    { encode: "categorical", with: "target", columns: ["town"] },
    { encode: "categorical", with: "frequency", columns: ["plan"] },
    { encode: "categorical", with: "hashing", outputs: 4, columns: ["code"] },
    { encode: "categorical", with: "native", columns: ["shop"] },
    { dates: ["since"], parts: ["year", "month", "hour"] },
    { text: ["note"] },
  ],
});

const rowsOf = ({ rows, columns }: Table): Record<string, unknown>[] =>
  Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      columns.map((column) => {
        const value = column.kind === "text" ? column.dictionary[column.codes[row]!] : column.values[row]!;
        return [column.name, value === undefined || Number.isNaN(value) ? null : value];
      }),
    ),
  );

const pick = (row: Record<string, unknown>, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, row[name]]));

function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let gap = a.length === b.length ? 0 : Infinity;
  for (let index = 0; index < a.length; index++)
    if (!(Number.isNaN(a[index]) && Number.isNaN(b[index]))) gap = Math.max(gap, Math.abs(a[index]! - b[index]!));
  return gap;
}

describe("what is served", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  const open = () => openStepBench((environment) => runServices("test", [], { environment }));
  const [train, test] = [rowsFrom(1), rowsFrom(2)];
  let made: DataOf<typeof datasetTransformed>;
  let state: PreprocessorState;
  beforeAll(async () => {
    bench = await open();
    const { artifacts } = bench.platform;
    const columns = train.columns.map(({ name, kind }) => ({ name, type: kind, missing: 1 }));
    const validated = {
      ...{ pipeline: spec.name, spec: await writeJson(artifacts, "p.json", spec), warnings: [] },
      schema: await writeJson(artifacts, "s.json", dataSchema.parse({ columns })),
      report: await writeJson(artifacts, "v.json", {}),
      dataset: {
        ...{ source: { location: "a.csv" }, rows: { total: 2 * ROWS, train: ROWS, test: ROWS } },
        train: await writeTableArtifact(artifacts, "train.parquet", train),
        test: await writeTableArtifact(artifacts, "test.parquet", test),
      },
    };
    made = (await transformDataset.run(validated, bench.context({ pipeline: spec })))!.data as typeof made;
    state = (await readJson(artifacts, made.preprocessor)) as PreprocessorState;
  });
  afterAll(() => bench.close());
  const matrix = async (ref: { digest: `sha256:${string}`; name: string }) =>
    decodeNpy(await bench.platform.artifacts.get(ref)) as Matrix;

  it("is what was learned from, by every step, to a millionth on every row", async () => {
    const compiled = compileRow(state);
    const served = rowsOf(test).flatMap((row) => [...compiled(pick(row, made.inputs))]);
    expect(largestGap(served, (await matrix(made.arrays.testX)).values)).toBeLessThanOrEqual(1e-6);
    const town = made.features.indexOf("town");
    const seen = await matrix(made.arrays.trainX);
    const again = rowsOf(train).flatMap((row) => [...compiled(pick(row, made.inputs))]);
    // The encoding by the target of a training row does not know that row's own target: there alone they differ.
    const others = (values: ArrayLike<number>) => Array.from(values).filter((_, at) => at % seen.columns !== town);
    expect(largestGap(others(again), others(seen.values))).toBeLessThanOrEqual(1e-6);
  });

  it("takes raw columns, with those that only expressions use, row by row as for the whole table", async () => {
    expect(made.inputs).toEqual(expect.arrayContaining(["amount", "count", "since"]));
    expect(made.features).toEqual(expect.arrayContaining(["value", "weekday", "since.year"]));
    expect(made.features).not.toEqual(expect.arrayContaining(["amount"]));
    const family = familyNamed("gradient-boosting");
    const x = await matrix(made.training.x);
    const y = decodeNpy(await bench.platform.artifacts.get(made.training.y)) as Int32Array;
    const data = { x, y, classes: 2, categorical: made.categorical };
    const model = family.fit(data, family.parameters({ rounds: 5 }), { random: seededRandom(1) });
    const about = { classes: made.classes, target: "answer", metrics: {}, seed: 1 };
    const loaded = openModel(
      packModel({ model, preprocessor: state, features: describeFeatures(train, made.inputs), ...about }),
    );
    const whole = loaded.predictTable(test);
    rowsOf(test).forEach((row, index) => {
      const { probabilities } = loaded.predictRow(pick(row, made.inputs));
      expect(Math.abs(probabilities["no"]! - whole[2 * index]!)).toBeLessThanOrEqual(1e-6);
    });
  });

  it("has no preprocessor.onnx where a step has no operator, and the report says which", async () => {
    expect(made.onnx).toBeUndefined();
    const report = (await readJson(bench.platform.artifacts, made.report)) as { onnx: { code: string; where: string } };
    expect(report.onnx).toMatchObject({ code: "ONNX_NOT_POSSIBLE", where: expect.stringContaining("knn a") });
    expect(() => exportPreprocessorOnnx(state, describeFeatures(train, made.inputs))).toThrow(/nearest neighbours/);
  });
});

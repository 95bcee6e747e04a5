import type { datasetTransformed } from "@millrace/contracts";
import { dataSchema, pipelineSpec, type ArtifactRef, type Column, type DataOf, type Table } from "@millrace/contracts";
import {
  decodeNpy,
  foldsOf,
  labelsOf,
  prepareFold,
  resamplerNamed,
  seededRandom,
  type Matrix,
  type PreprocessorState,
  type Resample,
  type ResampleData,
} from "@millrace/learning";
import { readJson, runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { transformDataset } from "./transform-dataset.js";
import { stopTransforming } from "./transform-pool.js";

const numbers = (name: string, ...values: number[]): Column => ({
  name,
  kind: "number",
  values: Float64Array.from(values),
});
const texts = (name: string, ...values: string[]): Column => {
  const dictionary = [...new Set(values)].sort();
  return { name, kind: "text", dictionary, codes: Int32Array.from(values, (value) => dictionary.indexOf(value)) };
};
const rowsOf = (column: Column) => (column.kind === "text" ? column.codes : column.values).length;
const table = (...columns: Column[]): Table => ({ rows: rowsOf(columns[0]!), columns });

const train = table(
  numbers("size", 1, 3, NaN, 4),
  texts("shop", "b", "a", "b", "a"),
  numbers("id", 7, 8, 9, 10),
  texts("answer", "yes", "no", "yes", "no"),
);
const test = table(numbers("size", 2, NaN), texts("shop", "b", "a"), numbers("id", 1, 2), texts("answer", "no", "yes"));

/** Few of one class, many of the other. */
function cloud(rows: number, seed: number): Table {
  const random = seededRandom(seed);
  const draw = () => Array.from({ length: rows }, () => random.next());
  const answers = Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? "yes" : "no"));
  return table(numbers("x", ...draw()), numbers("size", ...draw()), texts("answer", ...answers));
}

type Bench = Awaited<ReturnType<typeof open>>;
const open = () => openStepBench((environment) => runServices("test", [], { environment }));

async function transform(bench: Bench, sides = { train, test }, settings: { spec?: object; schema?: object[] } = {}) {
  const { artifacts } = bench.platform;
  const spec = pipelineSpec.parse({
    ...{ name: "answers", source: { path: "a.csv" }, target: { column: "answer" }, features: { drop: ["id"] } },
    select: { folds: 2 },
    ...settings.spec,
  });
  const columns = settings.schema ?? sides.train.columns.map(({ name, kind }) => ({ name, type: kind, missing: 1 }));
  const validated = {
    ...{ pipeline: spec.name, spec: await writeJson(artifacts, "pipeline.json", spec) },
    schema: await writeJson(artifacts, "schema.json", dataSchema.parse({ columns })),
    report: await writeJson(artifacts, "validation.json", {}),
    warnings: [],
    dataset: {
      source: { location: "a.csv" },
      rows: { total: sides.train.rows + sides.test.rows, train: sides.train.rows, test: sides.test.rows },
      train: await writeTableArtifact(artifacts, "train.parquet", sides.train),
      test: await writeTableArtifact(artifacts, "test.parquet", sides.test),
    },
  };
  const emission = await transformDataset.run(validated, bench.context({ pipeline: spec }));
  return emission!.data as DataOf<typeof datasetTransformed>;
}

describe("the transform step", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());
  afterAll(stopTransforming);

  const preprocessorOf = async ({ preprocessor }: DataOf<typeof datasetTransformed>) =>
    (await readJson(bench.platform.artifacts, preprocessor)) as PreprocessorState;
  const npy = async (ref: ArtifactRef) => decodeNpy(await bench.platform.artifacts.get(ref));

  it("learns from the training rows alone: values that stand only in the test rows change nothing of it", async () => {
    const usual = await transform(bench);
    const strange = table(
      numbers("size", 1e9, -1e9),
      texts("shop", "zzz", "a"),
      numbers("id", 1, 2),
      texts("answer", "no", "yes"),
    );
    const other = await transform(bench, { train, test: strange });
    expect(other.preprocessor.digest).toBe(usual.preprocessor.digest);
    expect(other.arrays.trainX.digest).toBe(usual.arrays.trainX.digest);
    expect(other.arrays.testX.digest).not.toBe(usual.arrays.testX.digest);
    const { chains } = await preprocessorOf(other);
    expect(chains).toMatchObject([
      { column: "size", steps: [{ step: "fill", value: 3 }, { center: 2.75 }] },
      { column: "shop", encoder: { categories: ["a", "b"] } },
    ]);
  });

  it("leaves out the target and what the pipeline drops", async () => {
    const { inputs, features } = await transform(bench);
    expect(inputs).toEqual(["size", "shop"]);
    expect(features).toEqual(["size", "shop=a", "shop=b"]);
  });

  it("numbers the classes in their order and writes arrays of the right shapes", async () => {
    const { classes, arrays } = await transform(bench);
    expect(classes).toEqual(["no", "yes"]);
    expect(await npy(arrays.trainY)).toEqual(Int32Array.of(1, 0, 1, 0));
    expect(await npy(arrays.testY)).toEqual(Int32Array.of(0, 1));
    const [trainX, testX] = [(await npy(arrays.trainX)) as Matrix, (await npy(arrays.testX)) as Matrix];
    expect([trainX.rows, trainX.columns]).toEqual([4, 3]);
    expect([testX.rows, testX.columns]).toEqual([2, 3]);
    expect([...testX.values.subarray(1, 3)]).toEqual([0, 1]);
    expect(testX.values.every(Number.isFinite)).toBe(true);
  });

  it("gives the same digests in another store", async () => {
    const elsewhere = await open();
    try {
      expect(await transform(elsewhere)).toEqual(await transform(bench));
    } finally {
      await elsewhere.close();
    }
  });

  it("does without a column that need not be there", async () => {
    const schema = [
      { name: "size", type: "number", missing: 1 },
      { name: "colour", type: "text", required: false },
      { name: "answer", type: "text" },
    ];
    expect((await transform(bench, { train, test }, { schema })).inputs).toEqual(["size"]);
  });

  it("refuses test rows of a class that no training row has, by its name", async () => {
    const stranger = table(...test.columns.slice(0, 3), texts("answer", "maybe", "yes"));
    await expect(transform(bench, { train, test: stranger })).rejects.toThrow(/answer: "maybe".*no, yes/);
  });

  it("prepares each fold from its own training rows, resampled there and nowhere else, to the bit as cross-validation does", async () => {
    const sides = { train: cloud(200, 1), test: cloud(20, 2) };
    const spec = { select: { folds: 3 }, resample: { with: "smote", params: { neighbours: 3 } } };
    const { folds, training, arrays } = await transform(bench, sides, { spec });
    const { codes: y, classes } = labelsOf(sides.train.columns[2]!);
    const { resample, parameters } = resamplerNamed("smote");
    const trial = {
      ...{
        table: sides.train,
        y,
        classes,
        features: ["x", "size"],
        seed: 42,
        preprocess: pipelineSpec.shape.preprocess.parse(undefined),
      },
      resample: ((data, context) => resample(data as ResampleData, parameters({ neighbours: 3 }), context)) as Resample,
    };
    const splits = foldsOf(trial, 3);
    expect(folds).toHaveLength(3);
    for (const [index, fold] of folds.entries()) {
      const { train, test } = prepareFold(trial, splits[index]!);
      expect(await npy(fold.train.x)).toEqual(train.x);
      expect(await npy(fold.train.y)).toEqual(train.y);
      expect(await npy(fold.test.x)).toEqual(test.x);
      expect(await npy(fold.test.y)).toEqual(test.y);
      expect(train.y.length).toBeGreaterThan(200 - test.y.length);
    }
    const all = (await npy(training.x)) as Matrix;
    expect(all.rows).toBeGreaterThan(200);
    expect(((await npy(arrays.trainX)) as Matrix).rows).toBe(200);
  });

  it("does larger work in threads, and says there what it would say here", async () => {
    const wide = (rows: number, seed: number) => {
      const few = cloud(rows, seed);
      const more = Array.from({ length: 20 }, (_, index) => ({ ...few.columns[0]!, name: `x${index}` }) as Column);
      return { rows, columns: [...few.columns, ...more] };
    };
    const [sides, spec] = [{ train: wide(2000, 1), test: wide(20, 2) }, { features: { derive: { sum: "x + size" } } }];
    const { folds, features } = await transform(bench, sides, { spec });
    expect(features).toContain("sum");
    const { codes: y, classes } = labelsOf(sides.train.columns[2]!);
    const inputs = sides.train.columns.map(({ name }) => name).filter((name) => name !== "answer");
    const preprocess = [{ derive: { sum: "x + size" } }, ...pipelineSpec.shape.preprocess.parse(undefined)];
    const trial = { table: sides.train, y, classes, features: inputs, seed: 42, preprocess };
    for (const [index, split] of foldsOf(trial, 2).entries())
      expect(await npy(folds[index]!.train.x)).toEqual(prepareFold(trial, split).train.x);
    const unfilled = { preprocess: [{ scale: "numeric", with: "standard", columns: ["nobody"] }] };
    await expect(transform(bench, sides, { spec: unfilled })).rejects.toMatchObject({
      code: "PREPROCESS_COLUMN_UNKNOWN",
    });
  });

  it("weighs rows where classes are to weigh the same", async () => {
    const { training, folds } = await transform(bench, undefined, { spec: { resample: "class-weight" } });
    expect(await npy(training.weights!)).toEqual(Float64Array.of(1, 1, 1, 1));
    expect(folds[0]!.train.weights).toBeDefined();
    expect(folds[0]!.test.weights).toBeUndefined();
  });

  it("makes nothing again for another candidate, and everything for another seed", async () => {
    const first = await transform(bench);
    const compute = jest.spyOn(bench.platform.artifacts, "localPath");
    const second = await transform(bench, undefined, { spec: { candidates: [{ model: "decision-tree" }] } });
    expect(compute).not.toHaveBeenCalled();
    expect({ ...second, spec: first.spec }).toEqual(first);
    await transform(bench, undefined, { spec: { split: { seed: 7 } } });
    expect(compute).toHaveBeenCalledTimes(2);
    compute.mockRestore();
  });

  it("says in which fold the rows are too few", async () => {
    const few = { train: cloud(15, 1), test: cloud(5, 2) };
    await expect(transform(bench, few, { spec: { resample: "smote" } })).rejects.toMatchObject({
      code: "RESAMPLE_CLASS_TOO_SMALL",
    });
    const sides = { train: cloud(26, 1) };
    const fine = { train: sides.train, test: cloud(5, 2) };
    const folds = { select: { folds: 2 }, resample: { with: "smote", params: { neighbours: 4 } } };
    await expect(transform(bench, fine, { spec: folds })).rejects.toThrow(/fold 1 of 2: class 1 has/);
  });

  it("exports the preprocessing as ONNX, and shows the features before and after", async () => {
    const { onnx, report, page } = await transform(bench);
    expect(onnx).toMatchObject({ name: "preprocessor.onnx", mediaType: "application/onnx" });
    expect(await readJson(bench.platform.artifacts, report)).toMatchObject({
      ...{ pipeline: "answers", rows: 4, learned: 4 },
      before: [
        { name: "size", missing: 1 },
        { name: "shop", distinct: 2 },
      ],
      after: [{ name: "size", missing: 0 }, { name: "shop=a" }, { name: "shop=b" }],
    });
    expect(Buffer.from(await bench.platform.artifacts.get(page)).toString()).toContain(
      "2 columns of 4 training rows became 3",
    );
  });

  it("names the column in which nothing fills the missing values", async () => {
    const spec = { preprocess: [{ encode: "categorical", with: "one-hot" }] };
    await expect(transform(bench, { train, test }, { spec })).rejects.toThrow(/column "size": it has a missing value/);
  });
});

import type { datasetTransformed } from "@millrace/contracts";
import { dataSchema, pipelineSpec, type ArtifactRef, type Column, type DataOf, type Table } from "@millrace/contracts";
import { decodeNpy, type Matrix, type PreprocessorState } from "@millrace/learning";
import { readJson, runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { transformDataset } from "./transform-dataset.js";

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

type Bench = Awaited<ReturnType<typeof open>>;
const open = () => openStepBench((environment) => runServices("test", [], { environment }));

async function transform(bench: Bench, sides = { train, test }, settings: { spec?: object; schema?: object[] } = {}) {
  const { artifacts } = bench.platform;
  const spec = pipelineSpec.parse({
    ...{ name: "answers", source: { path: "a.csv" }, target: { column: "answer" }, features: { drop: ["id"] } },
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

  it("names the column in which nothing fills the missing values", async () => {
    const spec = { preprocess: [{ encode: "categorical", with: "one-hot" }] };
    await expect(transform(bench, { train, test }, { spec })).rejects.toThrow(/column "size": it has a missing value/);
  });
});

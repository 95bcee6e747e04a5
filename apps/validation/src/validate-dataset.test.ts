import type { datasetIngested, datasetRejected, datasetValidated } from "@millrace/contracts";
import { pipelineSpec, type Column, type DataOf, type DataSchema, type Finding, type Table } from "@millrace/contracts";
import { readJson, runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { inferSchema } from "./infer-schema.js";
import { rememberedSchemas } from "./remembered-schemas.js";
import { validateDataset } from "./validate-dataset.js";

const numbers = (name: string, ...values: number[]): Column => ({
  name,
  kind: "number",
  values: Float64Array.from(values),
});
const texts = (name: string, ...values: string[]): Column => {
  const dictionary = [...new Set(values)].sort();
  return { name, kind: "text", dictionary, codes: Int32Array.from(values, (value) => dictionary.indexOf(value)) };
};
const table = (...columns: Column[]): Table => {
  const [first] = columns;
  return { rows: first!.kind === "text" ? first!.codes.length : first!.values.length, columns };
};

const ordinary = {
  train: table(numbers("size", 1, 2, 3), texts("shop", "a", "b", "a"), texts("answer", "yes", "no", "yes")),
  test: table(numbers("size", 2), texts("shop", "b"), texts("answer", "no")),
};

describe("the validate step", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  const open = () => openStepBench((environment) => runServices("test", [], { environment }));
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());

  const pipeline = (more: object = {}) =>
    pipelineSpec.parse({ name: "answers", source: { path: "a.csv" }, target: { column: "answer" }, ...more });

  async function validate(
    { train, test }: { train: Table; test: Table },
    settings: { spec?: object; schema?: object } = {},
  ) {
    const { artifacts } = bench.platform;
    const spec = pipeline(settings.spec);
    const emission = await validateDataset.run(
      {
        ...{
          pipeline: spec.name,
          spec: await writeJson(artifacts, "pipeline.json", spec),
          source: { location: "a.csv" },
        },
        rows: { total: train.rows + test.rows, train: train.rows, test: test.rows },
        train: await writeTableArtifact(artifacts, "train.parquet", train),
        test: await writeTableArtifact(artifacts, "test.parquet", test),
        schema: settings.schema && (await writeJson(artifacts, "schema.json", settings.schema)),
        columns: [],
      } satisfies DataOf<typeof datasetIngested>,
      bench.context({ pipeline: spec }),
    );
    return emission as ReturnType<typeof datasetValidated | typeof datasetRejected>;
  }
  const codesOf = (findings: readonly Finding[]) => findings.map(({ code, column }) => `${code} ${column}`);
  const accepted = (emission: Awaited<ReturnType<typeof validate>>) => {
    expect(emission.type).toBe("dataset.validated");
    return emission.data as DataOf<typeof datasetValidated>;
  };
  const refused = (emission: Awaited<ReturnType<typeof validate>>) => {
    expect(emission.type).toBe("dataset.rejected");
    return emission.data as DataOf<typeof datasetRejected>;
  };

  it("infers the schema from the training rows of the first dataset, and hands it on", async () => {
    const { schema, warnings, report } = accepted(await validate(ordinary));
    expect(warnings).toEqual([]);
    const { columns } = (await readJson(bench.platform.artifacts, schema)) as DataSchema;
    expect(columns).toEqual([
      { name: "size", type: "number", required: true, missing: 0.1, min: 1, max: 3, severity: "warning" },
      { name: "shop", type: "text", required: true, missing: 0.1, categories: ["a", "b"], severity: "warning" },
      { name: "answer", type: "text", required: true, missing: 0, categories: ["no", "yes"], severity: "error" },
    ]);
    expect(await readJson(bench.platform.artifacts, report)).toMatchObject({ findings: [], rows: { total: 4 } });
  });

  it("holds later datasets against the first: what is new there is a warning, and a class that is new an error", async () => {
    await validate(ordinary);
    const later = {
      train: table(numbers("size", 1, 9, 2), texts("shop", "a", "z", "a"), texts("answer", "yes", "no", "no")),
      test: ordinary.test,
    };
    expect(codesOf(accepted(await validate(later)).warnings)).toEqual(["OUT_OF_RANGE size", "CATEGORY_UNKNOWN shop"]);
    const stranger = { ...ordinary, test: table(numbers("size", 2), texts("shop", "b"), texts("answer", "maybe")) };
    const { findings, summary } = refused(await validate(stranger));
    expect(codesOf(findings)).toEqual(["CATEGORY_UNKNOWN answer"]);
    expect(summary).toMatch(/"answer".*"maybe".*schema\.yaml/);
  });

  it("tells a type that changed and a column that is gone as errors, in one summary", async () => {
    await validate(ordinary);
    const later = {
      train: table(texts("size", "1", "wide", "3"), texts("answer", "yes", "no", "yes")),
      test: table(texts("size", "2"), texts("answer", "no")),
    };
    const { findings, summary } = refused(await validate(later));
    expect(codesOf(findings)).toEqual(["TYPE_WRONG size", "COLUMN_MISSING shop"]);
    expect(summary).toMatch(/"wide".*"shop"/);
  });

  it("refuses new data in which a column is empty", async () => {
    await validate(ordinary);
    const empty = (side: Table) =>
      table(numbers("size", ...Array.from({ length: side.rows }, () => NaN)), ...side.columns.slice(1));
    const { findings } = refused(await validate({ train: empty(ordinary.train), test: empty(ordinary.test) }));
    expect(findings).toEqual([expect.objectContaining({ code: "TOO_MANY_MISSING", column: "size", rows: 4 })]);
  });

  it("does not ask for columns that the pipeline drops, and asks again when it drops them no more", async () => {
    const drop = { spec: { features: { drop: ["shop"] } } };
    const dropped = accepted(await validate(ordinary, drop));
    const names = async ({ schema }: typeof dropped) =>
      ((await readJson(bench.platform.artifacts, schema)) as DataSchema).columns.map(({ name }) => name);
    expect(await names(dropped)).toEqual(["size", "answer"]);
    const without = ({ columns }: Table) => table(columns[0]!, columns[2]!);
    accepted(await validate({ train: without(ordinary.train), test: without(ordinary.test) }, drop));
    expect(await names(accepted(await validate(ordinary)))).toEqual(["size", "shop", "answer"]);
  });

  it("asks of another target what it asks of a target", async () => {
    await validate(ordinary);
    const spec = { target: { column: "shop" } };
    const stranger = { ...ordinary, test: table(numbers("size", 2), texts("shop", "z"), texts("answer", "no")) };
    expect(codesOf(refused(await validate(stranger, { spec })).findings)).toEqual(["CATEGORY_UNKNOWN shop"]);
  });

  it("takes a schema.yaml instead, and says which columns it leaves out", async () => {
    const schema = {
      columns: [{ name: "size", type: "number", max: 2, required: true, missing: 0, severity: "error" }],
    };
    const { findings } = refused(await validate(ordinary, { schema }));
    expect(codesOf(findings)).toEqual(["OUT_OF_RANGE size", "COLUMN_UNKNOWN shop"]);
    expect(codesOf(accepted(await validate(ordinary)).warnings)).toEqual([]);
  });

  it("remembers one schema when two first datasets come at once", async () => {
    const schemas = rememberedSchemas(bench.platform.records);
    const of = (name: string) => schemas.ofPipeline("answers", () => inferSchema(table(numbers(name, 1))));
    const [one, other] = await Promise.all([of("a"), of("b")]);
    expect(one).toEqual(other);
    expect(await of("c")).toEqual(one);
  });
});

it("an inferred schema lists no categories where there are too many or none", () => {
  const many = texts("id", ...Array.from({ length: 101 }, (_, row) => `id-${row}`));
  const none: Column = { name: "note", kind: "text", dictionary: [], codes: new Int32Array(101).fill(-1) };
  const [id, note] = inferSchema(table(many, none)).columns;
  expect(id).not.toHaveProperty("categories");
  expect(note).toEqual({ name: "note", type: "text", required: true, missing: 1, severity: "warning" });
});

import { parseDataSchema, type ArtifactRef, type DataSchema, type Finding } from "@millrace/contracts";
import { encodeNpy } from "@millrace/learning";
import { readJson, readTableArtifact } from "@millrace/service";
import {
  accepted,
  findingsOf,
  openValidation,
  refused,
  table,
  type Columns,
  type Validation,
} from "./dataset-for-test.js";

const ordinary = {
  train: { size: [1, 2, 3], shop: ["a", "b", "a"], answer: ["yes", "no", "yes"] },
  test: { size: [2], shop: ["b"], answer: ["no"] },
};
const rows = 200;
const each = <Value>(make: (row: number) => Value): Value[] => Array.from({ length: rows }, (_, row) => make(row));
const many: Columns = {
  size: each((row) => ((row * 37) % 101) / 4),
  shop: each((row) => ["a", "b", "c"][((row * 5) % 7) % 3]!),
  answer: each((row) => ((row * row * 31 + 7 * row) % 11 < 5 ? "yes" : "no")),
};
const few: Columns = Object.fromEntries(Object.entries(many).map(([name, values]) => [name, values.slice(0, 40)]));
const replaced = (columns: Columns, name: string, row: number, value: number | string | null): Columns => ({
  ...columns,
  [name]: columns[name]!.with(row, value),
});

const scattered = (seed: number): number => {
  const mixed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
  return Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) >>> 9;
};

describe("the validate step", () => {
  let validation: Validation;
  beforeEach(async () => {
    validation = await openValidation();
  });
  afterEach(() => validation.close());

  const validate = ({ train, test }: { train: Columns; test: Columns }, settings = {}) =>
    validation.validate(table(train), table(test), settings);
  const codesOf = (findings: readonly Finding[]) => findings.map(({ code, column }) => `${code} ${column}`);
  const read = async (ref: ArtifactRef) => Buffer.from(await validation.platform.artifacts.get(ref)).toString("utf8");
  const rowsOf = (ref: ArtifactRef) => readTableArtifact(validation.platform.artifacts, ref);

  describe("without a schema.yaml", () => {
    it("infers the schema from the training rows of the first dataset, and hands it on, to review as well", async () => {
      const { schema, schemaFile, warnings, report, summary } = accepted(await validate(ordinary));
      expect(warnings).toEqual([]);
      expect(summary).toBe("The dataset (4 rows and 3 columns) was accepted; nothing was found wrong with it.");
      const asked = (await readJson(validation.platform.artifacts, schema)) as DataSchema;
      expect(asked.columns).toMatchObject([
        { name: "size", type: "number", required: true, missing: 0.1, min: 0, max: 5, severity: "warn" },
        { name: "shop", type: "text", missing: 0.1, categories: ["a", "b"], minMass: 0.99, severity: "warn" },
        { name: "answer", type: "text", missing: 0, categories: ["no", "yes"], in: ["training"], severity: "reject" },
      ]);
      expect(parseDataSchema({ file: "schema.yaml", text: await read(schemaFile!) })).toEqual(asked);
      expect(await readJson(validation.platform.artifacts, report)).toMatchObject({ findings: [], rows: { total: 4 } });
    });

    it("holds later datasets against the first: what is new there is a warning, and a class that is new an error", async () => {
      await validate(ordinary);
      const train = { size: [1, 9, 2], shop: ["a", "z", "a"], answer: ["yes", "no", "no"] };
      const warned = accepted(await validate({ ...ordinary, train }));
      expect(codesOf(warned.warnings)).toEqual(["OUT_OF_RANGE size", "CATEGORY_UNKNOWN shop"]);
      const stranger = { ...ordinary, test: { size: [2], shop: ["b"], answer: ["maybe"] } };
      const { findings, summary } = refused(await validate(stranger));
      expect(codesOf(findings)).toEqual(["CATEGORY_UNKNOWN answer"]);
      expect(summary).toMatch(/was refused.*"answer".*"maybe".*schema\.yaml/);
    });

    it("tells a type that changed and a column that is gone as errors, in one summary", async () => {
      await validate(ordinary);
      const later = {
        train: { size: ["1", "wide", "3"], answer: ["yes", "no", "yes"] },
        test: { size: ["2"], answer: ["no"] },
      };
      const { findings, summary } = refused(await validate(later));
      expect(codesOf(findings)).toEqual(["TYPE_WRONG size", "COLUMN_MISSING shop"]);
      expect(summary).toMatch(/"wide".*"shop"/);
    });

    it("does not ask for columns that the pipeline drops, and asks again when it drops them no more", async () => {
      const drop = { spec: { features: { drop: ["shop"] } } };
      const dropped = accepted(await validate(ordinary, drop));
      const names = async ({ schema }: typeof dropped) =>
        ((await readJson(validation.platform.artifacts, schema)) as DataSchema).columns.map(({ name }) => name);
      expect(await names(dropped)).toEqual(["size", "answer"]);
      const { shop: _, ...train } = ordinary.train;
      const { shop: __, ...test } = ordinary.test;
      accepted(await validate({ train, test }, drop));
      expect(await names(accepted(await validate(ordinary)))).toEqual(["size", "shop", "answer"]);
    });

    it("asks of another target what it asks of a target", async () => {
      await validate(ordinary);
      const spec = { target: { column: "shop" } };
      const stranger = { ...ordinary, test: { size: [2], shop: ["z"], answer: ["no"] } };
      expect(codesOf(refused(await validate(stranger, { spec })).findings)).toEqual(["CATEGORY_UNKNOWN shop"]);
    });

    it.each([
      [
        "of one row",
        { train: { size: [1], shop: ["a"], answer: ["x"] }, test: { size: [], shop: [], answer: [] } },
        ["TARGET_ONE_CLASS answer"],
      ],
      [
        "with a column without a value",
        { train: { ...ordinary.train, shop: [null, null, null] }, test: { ...ordinary.test, shop: [null] } },
        ["COLUMN_EMPTY shop"],
      ],
    ])("says of a first dataset %s only what is so", async (_what, dataset, codes) => {
      expect(codesOf(findingsOf(await validate(dataset)))).toEqual(codes);
    });

    it("takes a thousand columns without a false alarm", async () => {
      const wide = Object.fromEntries(
        Array.from({ length: 1000 }, (_, column) => [
          `c${column}`,
          each((row) => scattered(scattered(row) + column * 7919) % 1000),
        ]),
      );
      const train = { ...wide, answer: many.answer! };
      const test = Object.fromEntries(Object.entries(train).map(([name, values]) => [name, values.slice(0, 20)]));
      expect(codesOf(accepted(await validate({ train, test })).warnings)).toEqual([]);
    }, 60_000);
  });

  describe("with a schema.yaml", () => {
    const schema = (...columns: object[]) => ({ columns: [...columns, { name: "answer", type: "text" }] });
    const shop = { name: "shop", type: "text" };
    const size = { name: "size", type: "number", min: 0, max: 30 };
    const asked = schema(size, shop);

    it("says which columns it leaves out, and refuses what a column's severity says", async () => {
      const strict = schema({ name: "size", type: "number", max: 2, severity: "error" });
      const { findings } = refused(await validate(ordinary, { schema: strict }));
      expect(codesOf(findings)).toEqual(["OUT_OF_RANGE size", "COLUMN_UNKNOWN shop"]);
    });

    it("keeps wrong rows apart, with their row numbers and reasons, and hands on what is left", async () => {
      const train = replaced(replaced(replaced(many, "size", 5, 99), "size", 7, Infinity), "shop", 7, null);
      const test = replaced(few, "size", 3, -1);
      const npy = async (numbers: number[]) =>
        validation.platform.artifacts.put(encodeNpy(Int32Array.from(numbers)), {
          mediaType: "application/x-npy",
          name: "n.npy",
        });
      const more = {
        rowNumbers: {
          train: await npy(each((row) => row + 1001)),
          test: await npy(each((row) => row + 5001).slice(0, 40)),
        },
        statistics: await npy([1]),
      };
      const { dataset, quarantine, warnings, summary } = accepted(
        await validate({ train, test }, { schema: asked, more }),
      );
      expect(codesOf(warnings)).toEqual(["OUT_OF_RANGE size", "NOT_FINITE size", "VALUE_MISSING shop"]);
      expect(warnings[0]).toMatchObject({
        ...{ severity: "quarantine", rows: 2, examples: ["-1", "99"] },
        places: [
          { side: "train", row: 1006, value: "99" },
          { side: "test", row: 5004, value: "-1" },
        ],
      });
      expect(summary).toMatch(/was accepted; 3 rows were kept apart\. /);
      expect(dataset.rows).toEqual({ total: 237, train: 198, test: 39 });
      expect(dataset).not.toHaveProperty("statistics");
      expect((await rowsOf(dataset.train)).rows).toBe(198);
      expect((await rowsOf(dataset.test)).rows).toBe(39);
      expect(quarantine).toMatchObject({ rows: 3, train: 2, test: 1 });
      const apart = await rowsOf(quarantine!.artifact);
      expect(apart.columns.map(({ name }) => name)).toEqual(["row", "side", "reasons", "size", "shop", "answer"]);
      expect(apart.columns[0]).toMatchObject({ values: Float64Array.of(1006, 1008, 5004) });
      expect(apart.columns[2]).toMatchObject({
        dictionary: ["NOT_FINITE size; VALUE_MISSING shop", "OUT_OF_RANGE size"],
        codes: Int32Array.of(1, 0, 1),
      });
    });

    it("reads a column of numbers as numbers when the texts in it are gone", async () => {
      const spec = { validate: { severity: { TYPE_WRONG: "quarantine" } } };
      const train = { ...many, size: many.size!.map(String).with(4, "wide") };
      const { dataset } = accepted(
        await validate({ train, test: { ...few, size: few.size!.map(String) } }, { schema: asked, spec }),
      );
      const [column] = (await rowsOf(dataset.train)).columns;
      expect(column).toMatchObject({ name: "size", kind: "number" });
      expect(dataset.rows.train).toBe(rows - 1);
      expect((await rowsOf(dataset.test)).columns[0]!.kind).toBe("number");
    });

    it.each([
      ["ignore", "accepted", []],
      ["warn", "accepted", ["warning"]],
      ["quarantine", "accepted", ["quarantine"]],
      ["reject", "refused", ["error"]],
    ])("does what pipeline.yaml says of a code: %s", async (severity, _end, severities) => {
      const settings = { schema: asked, spec: { validate: { severity: { OUT_OF_RANGE: severity } } } };
      const emission = await validate({ train: replaced(many, "size", 5, 99), test: few }, settings);
      expect(findingsOf(emission).map((finding) => finding.severity)).toEqual(severities);
      expect(emission.type).toBe(severity === "reject" ? "dataset.rejected" : "dataset.validated");
      if (severity !== "quarantine") expect(emission.data.dataset.rows.train).toBe(rows);
    });

    it("lets a column's word in schema.yaml stand above the pipeline's", async () => {
      const settings = {
        schema: schema({ ...size, severity: { OUT_OF_RANGE: "warn" } }, shop),
        spec: { validate: { severity: { OUT_OF_RANGE: "reject" } } },
      };
      expect(
        accepted(await validate({ train: replaced(many, "size", 5, 99), test: few }, settings)).warnings,
      ).toHaveLength(1);
    });

    it("shows a page in which nothing of the data is markup", async () => {
      const name = "<script>alert(1)</script>";
      const named = { ...many, [name]: many.shop!.with(3, '"><img src=x>') };
      const strange = { ...few, [name]: few.shop! };
      const wanted = schema(size, shop, { name, type: "text", categories: ["a", "b", "c"] });
      const { page } = accepted(await validate({ train: named, test: strange }, { schema: wanted }));
      const text = await read(page!);
      expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
      expect(text).toContain("&quot;&gt;&lt;img src=x&gt;");
      expect(text).not.toMatch(/<script|<img|https?:/);
      expect(text).toMatch(/Rows kept apart.*<svg/s);
    });
  });
});

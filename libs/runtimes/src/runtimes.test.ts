import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseOnnxSchema, type Column, type OnnxSchema, type Table } from "@millrace/contracts";
import {
  applyPreprocessor,
  describeFeatures,
  exportOnnx,
  familyNamed,
  fitPreprocessor,
  openModel,
  packModel,
  seededRandom,
  unpackModel,
} from "@millrace/learning";
import { checkPackage } from "./check-package.js";
import { isOnnxPackage, packOnnx, unpackOnnx } from "./onnx-package.js";
import { openPackage } from "./open-package.js";
import type { ServableModel } from "./servable-model.js";

const fixture = (name: string) => readFileSync(join(__dirname, "../fixtures", name));
const schemaOf = (name: string): OnnxSchema =>
  parseOnnxSchema({ file: `${name}.schema.yaml`, text: fixture(`${name}.schema.yaml`).toString() });
const packageOf = (name: string, change: Partial<OnnxSchema> = {}, file = name) =>
  packOnnx({ schema: { ...schemaOf(name), ...change }, onnx: fixture(`${file}.onnx`) });
const known = (name: string) =>
  JSON.parse(fixture(`${name}.answers.json`).toString()) as { rows: (number | string)[][]; answers: number[][] };

const opened: ServableModel[] = [];
async function open(bytes: Uint8Array): Promise<ServableModel> {
  opened.push(await openPackage(bytes));
  return opened.at(-1)!;
}
afterAll(async () => {
  for (const model of opened) await model.close?.();
});

const thrown = async (bytes: Uint8Array) => open(bytes).catch((error: unknown) => error as { code: string });

function columnOf({ name, kind }: OnnxSchema["features"][number], values: readonly unknown[]): Column {
  if (kind === "number") return { name, kind, values: Float64Array.from(values as number[]) };
  const dictionary = [...new Set(values as string[])].sort();
  return { name, kind, dictionary, codes: Int32Array.from(values as string[], (value) => dictionary.indexOf(value)) };
}

function largestDifference(values: Float64Array, answers: readonly number[][]): number {
  const flat = answers.flat();
  expect(values.length).toBe(flat.length);
  return Math.max(...flat.map((value, at) => Math.abs(value - values[at]!) / Math.max(1, Math.abs(value))));
}

describe.each(["iris", "shops", "boosted", "progress"])("the model %s, made elsewhere", (name) => {
  it("says row by row and of a table what its own library says", async () => {
    const model = await open(packageOf(name));
    const { rows, answers } = known(name);
    const { features } = schemaOf(name);
    const columns = features.map((feature, at) =>
      columnOf(
        feature,
        rows.map((row) => row[at]),
      ),
    );
    const table: Table = { rows: rows.length, columns };
    expect(largestDifference(model.predictTable(table), answers)).toBeLessThan(1e-6);
    expect(largestDifference(model.scoreRows!(rows), answers)).toBeLessThan(1e-6);
    rows.forEach((row, at) => {
      const named = Object.fromEntries(features.map((feature, index) => [feature.name, row[index]]));
      expect(largestDifference(model.scoreRow(row), [answers[at]!])).toBeLessThan(1e-6);
      expect([...model.scoreRow(named)]).toEqual([...model.scoreRow(row)]);
    });
  });
});

describe("a model made elsewhere", () => {
  it("answers as one of ours: class, confidence, probabilities; of a regression the value", async () => {
    const shops = await open(packageOf("shops"));
    const { rows, answers } = known("shops");
    const answer = shops.predictRow(rows[0]!);
    expect(answer.probabilities.no! + answer.probabilities.yes!).toBeCloseTo(1, 6);
    expect(answer).toMatchObject({ prediction: answers[0]![1]! >= 0.5 ? "yes" : "no" });
    expect(answer.confidence).toBe(answer.probabilities[answer.prediction]);
    const progress = await open(packageOf("progress"));
    expect(progress.predictValue(known("progress").rows[0]!)).toBeCloseTo(known("progress").answers[0]![0]!, 3);
    expect(progress).toMatchObject({ task: "regression", metadata: { family: "onnx", target: "progression" } });
  });

  it("says what is wrong with each field of a row, and takes missing values where its schema does", async () => {
    const shops = await open(packageOf("shops"));
    expect(() => shops.scoreRow({ amount: "much", shop: null })).toThrow("/amount must be a number");
    const boosted = await open(packageOf("boosted"));
    expect([...boosted.scoreRow([null, 1, 1, 1, 1])].every(Number.isFinite)).toBe(true);
  });

  it("keeps to the threshold of its schema", async () => {
    const [usual, bold] = [await open(packageOf("shops")), await open(packageOf("shops", { threshold: 0 }))];
    const { rows } = known("shops");
    expect(new Set(rows.map((row) => usual.predictRow(row).prediction))).toEqual(new Set(["no", "yes"]));
    expect(new Set(rows.map((row) => bold.predictRow(row).prediction))).toEqual(new Set(["yes"]));
  });

  it("has to fit its schema, and the refusal names the feature, the input or the output", async () => {
    const { features } = schemaOf("shops");
    const refused = [
      packageOf("iris", { features: schemaOf("iris").features.slice(1) }),
      packageOf("shops", { features: features.map((feature) => ({ ...feature, kind: "number" as const })) }),
      packageOf("shops", { features: features.map((feature) => ({ ...feature, name: `${feature.name}2` })) }),
      packageOf("iris", {}, "zipmap"),
    ];
    const codes = await Promise.all(refused.map(thrown));
    expect(codes.map((error) => (error as { code: string }).code)).toEqual([
      ...["ONNX_SCHEMA_MISMATCH", "ONNX_SCHEMA_MISMATCH", "ONNX_SCHEMA_MISMATCH", "ONNX_OUTPUT_MISSING"],
    ]);
    expect(String(codes[3])).toContain("zipmap");
    expect(await thrown(packOnnx({ schema: schemaOf("iris"), onnx: Buffer.from("no model") }))).toMatchObject({
      code: "ONNX_UNREADABLE",
    });
  });

  it("refuses a table that does not fit its schema, and names every feature that is amiss", async () => {
    const shops = await open(packageOf("shops"));
    const table = (amount: Column, shop?: Column): Table => ({ rows: 2, columns: [amount, ...(shop ? [shop] : [])] });
    const [amount, shop] = schemaOf("shops").features;
    const thrownBy = (wrong: Table) => () => shops.predictTable(wrong);
    const text = { name: "amount", kind: "text" as const, codes: Int32Array.of(0, 0), dictionary: ["much"] };
    expect(thrownBy(table(text))).toThrow(/"amount": .*takes a number.*"shop": there is no such column/);
    const fitting = columnOf(shop!, ["a", "b"]);
    expect(thrownBy(table(columnOf(amount!, [1, NaN]), fitting))).toThrow(/"amount": 1 of 2 rows have no value/);
    const takes = await open(packageOf("shops", { features: [{ ...amount!, missing: true }, shop!] }));
    expect(takes.predictTable(table(columnOf(amount!, [1, 2]), fitting))).toHaveLength(4);
  });

  it("is known by its first bytes, and refused when one of them changed", async () => {
    const bytes = packageOf("iris");
    expect(isOnnxPackage(bytes)).toBe(true);
    expect(unpackOnnx(bytes)).toEqual({ schema: schemaOf("iris"), onnx: new Uint8Array(fixture("iris.onnx")) });
    bytes[bytes.length >> 1]! ^= 1;
    expect(await thrown(bytes)).toMatchObject({ code: "PACKAGE_CORRUPT" });
  });
});

/** A model of ours, of a number and a text. */
function ownPackage(): Uint8Array {
  const table: Table = {
    rows: 4,
    columns: [
      { name: "x", kind: "number", values: Float64Array.from([-2, -1, 1, 2]) },
      { name: "shop", kind: "text", codes: Int32Array.from([0, 1, 0, 1]), dictionary: ["a", "b"] },
    ],
  };
  const features = ["x", "shop"];
  const preprocessor = fitPreprocessor(table, [{ encode: "categorical", with: "one-hot" }], { features });
  const { fit, defaults } = familyNamed("logistic-regression");
  const data = { x: applyPreprocessor(preprocessor, table), y: Int32Array.from([0, 0, 1, 1]), classes: 2 };
  const model = fit(data, { ...defaults, C: 100 }, { random: seededRandom(1) });
  const about = { target: "side", positive: "right", classes: ["left", "right"], metrics: {}, seed: 1 };
  return packModel({ model, preprocessor, ...about, features: describeFeatures(table, features) });
}

describe("a model of ours", () => {
  it("is opened as it always was, and says the same when it went out and came back as ONNX", async () => {
    const own = await open(ownPackage());
    const features = own.features.map(({ name, kind }) => ({ name, kind, missing: false }));
    const schema = { ...schemaOf("shops"), classes: ["left", "right"], positive: "right", target: "side", features };
    const back = await open(packOnnx({ schema, onnx: exportOnnx(unpackModel(ownPackage())) }));
    for (const row of [
      [-3, "a"],
      [0.2, "b"],
      [5, "never seen"],
    ]) {
      expect(largestDifference(back.scoreRow(row), [[...own.scoreRow(row)]])).toBeLessThan(1e-6);
      expect(back.predictRow(row).prediction).toBe(own.predictRow(row).prediction);
    }
  });
});

describe("a large package", () => {
  const random = seededRandom(3);
  const columns = ["a", "b", "c", "d"].map((name) => {
    return { name, kind: "number" as const, values: Float64Array.from({ length: 2000 }, () => random.next()) };
  });
  const table: Table = { rows: 2000, columns };
  const features = columns.map(({ name }) => name);
  const forest = () => {
    const preprocessor = fitPreprocessor(table, [], { features });
    const { fit, defaults } = familyNamed("random-forest");
    const y = Int32Array.from({ length: 2000 }, () => random.integer(2));
    const model = fit({ x: applyPreprocessor(preprocessor, table), y, classes: 2 }, defaults, { random });
    const about = {
      target: "t",
      classes: ["no", "yes"],
      metrics: {},
      seed: 1,
      features: describeFeatures(table, features),
    };
    return packModel({ model, preprocessor, ...about });
  };

  it("is prepared by another thread, and says the same to the bit", async () => {
    const bytes = forest();
    expect(bytes.length).toBeGreaterThan(512 * 1024);
    const [here, there] = [openModel(bytes), await open(bytes)];
    expect(there.predictTable(table)).toEqual(here.predictTable(table));
    const row = [0.1, 0.9, 0.5, 0.3];
    expect([...there.scoreRow(row)]).toEqual([...here.scoreRow(row)]);
  });

  it("is refused when a byte of it changed", async () => {
    const bytes = forest();
    bytes[bytes.length >> 1]! ^= 1;
    expect(await thrown(bytes)).toMatchObject({ code: "PACKAGE_CORRUPT" });
  });
});

describe("a package that is tried", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-runtimes-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  async function check(bytes: Uint8Array, options = {}) {
    const path = join(folder, "package");
    await writeFile(path, bytes);
    return checkPackage(path, options);
  }

  it("is opened and asked in a process of its own, whoever made it", async () => {
    expect(await check(packageOf("shops"))).toMatchObject({
      ...{ family: "onnx", task: "classification", target: "paid", classes: ["no", "yes"] },
      ...{ features: ["amount", "shop"], rows: 4, medianMilliseconds: expect.any(Number) },
    });
    expect(await check(ownPackage())).toMatchObject({ family: "logistic-regression", target: "side" });
  });

  it("is refused where the graph names another class than its probabilities", async () => {
    await expect(check(packageOf("shops", { classes: ["yes", "no"] }))).rejects.toMatchObject({
      code: "MODEL_ANSWERS_WRONGLY",
    });
  });

  it("is refused where it crashes its runtime, and nobody else is harmed", async () => {
    const program = join(__dirname, "../fixtures/crash.mjs");
    await expect(check(packageOf("iris"), { program })).rejects.toMatchObject({ code: "MODEL_CRASHED" });
  });

  it("is refused where it does not answer in time, or is no package", async () => {
    await expect(check(packageOf("iris"), { timeoutMs: 1 })).rejects.toMatchObject({ code: "MODEL_TIMED_OUT" });
    await expect(check(Buffer.from("no model"))).rejects.toMatchObject({ code: "PACKAGE_CORRUPT" });
  });
});

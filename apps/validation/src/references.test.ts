import type { Finding } from "@millrace/contracts";
import { deploymentCollection, versionCollection, versionKey } from "@millrace/service";
import { accepted, openValidation, refused, table, type Columns, type Validation } from "./dataset-for-test.js";
import { profileCollection, servingProfileCollection } from "./references.js";

const rows = 200;
const each = <Value>(make: (row: number) => Value): Value[] => Array.from({ length: rows }, (_, row) => make(row));
const many: Columns = {
  size: each((row) => ((row * 37) % 101) / 4),
  shop: each((row) => ["a", "b", "c"][((row * 5) % 7) % 3]!),
  answer: each((row) => ((row * row * 31 + 7 * row) % 11 < 5 ? "yes" : "no")),
};
const few: Columns = Object.fromEntries(Object.entries(many).map(([name, values]) => [name, values.slice(0, 40)]));
const moved = { ...many, size: many.size!.map((value) => (value as number) / 4 + 20) };

describe("a dataset beside what was before", () => {
  let validation: Validation;
  beforeEach(async () => {
    validation = await openValidation();
  });
  afterEach(() => validation.close());

  const validate = ({ train, test }: { train: Columns; test: Columns }, settings = {}) =>
    validation.validate(table(train), table(test), settings);
  const codesOf = (findings: readonly Finding[]) => findings.map(({ code, column }) => `${code} ${column}`);

  const serve = async (run: string, version = 1) => {
    const bytes = { digest: `sha256:${"0".repeat(64)}` as const, size: 0, mediaType: "a/b", name: "m" };
    const { records } = validation.platform;
    const common = { model: "answers", run, reason: "", updatedAt: "", createdAt: "", package: bytes };
    const deployment = { ...common, generation: 1, champion: { version, package: bytes }, alias: "champion" };
    await records.records(deploymentCollection).update("answers", () => deployment);
    const verdict = {
      status: "approved" as const,
      packageDigest: bytes.digest,
      family: "",
      metrics: {},
      report: bytes,
    };
    await records
      .records(versionCollection)
      .putIfAbsent(versionKey("answers", version), { ...common, ...verdict, version });
  };
  const settings = { spec: { validate: { severity: { OUT_OF_RANGE: "ignore" } } } };

  it("tells drift from the champion's training rows, though the previous dataset has drifted already", async () => {
    await validate({ train: many, test: few }, { ...settings, run: "champion" });
    await serve("champion");
    await validate({ train: moved, test: few }, settings);
    const { warnings } = accepted(await validate({ train: moved, test: few }, settings));
    expect(codesOf(warnings)).toEqual(["DRIFT_CHAMPION size"]);
    expect(warnings[0]!.message).toContain("the training data of version 1");
  });

  it("tells when nobody knows what the champion was trained on", async () => {
    await serve("long-ago");
    expect(codesOf(accepted(await validate({ train: many, test: few })).warnings)).toEqual([
      "REFERENCE_MISSING undefined",
    ]);
  });

  it("tells skew from what the model is asked, but not of the label", async () => {
    const { profile } = accepted(await validate({ train: moved, test: few }, { ...settings, run: "asked" }));
    const { records } = validation.platform;
    await records
      .records(servingProfileCollection)
      .putIfAbsent("answers", { pipeline: "answers", profile: profile!, rows });
    const { warnings } = accepted(await validate({ train: many, test: few }, settings));
    expect(codesOf(warnings)).toEqual(["DRIFT_PREVIOUS size", "SKEW_SERVING size"]);
  });

  it("does as severe as pipeline.yaml says", async () => {
    await validate({ train: many, test: few }, settings);
    const spec = { validate: { drift: { severity: "reject" }, severity: settings.spec.validate.severity } };
    expect(codesOf(refused(await validate({ train: moved, test: few }, { spec })).findings)).toEqual([
      "DRIFT_PREVIOUS size",
    ]);
  });

  it("finds the same when it is done again, and never compares a run with itself or with a later one", async () => {
    await validate({ train: many, test: few }, { ...settings, run: "one" });
    const first = await validate({ train: moved, test: few }, { ...settings, run: "two" });
    await validate({ train: many, test: few }, { ...settings, run: "three" });
    expect(await validate({ train: moved, test: few }, { ...settings, run: "two" })).toEqual(first);
    expect(codesOf(accepted(first).warnings)).toEqual(["DRIFT_PREVIOUS size"]);
    const last = await validate({ train: many, test: few }, settings);
    expect(codesOf(accepted(last).warnings)).toEqual([]);
  });

  it("keeps the profile of each validated dataset, by run and by the digest of its training rows", async () => {
    const { dataset, profile } = accepted(await validate({ train: many, test: few }, { run: "one" }));
    const profiles = validation.platform.records.records(profileCollection);
    const { records } = await profiles.query({ index: "byTrain", equals: { train: dataset.train.digest } });
    expect(records).toMatchObject([{ key: "one", value: { pipeline: "answers", rows: 240, profile } }]);
  });

  it("does not take a refused dataset for the previous one", async () => {
    await validate({ train: many, test: few }, settings);
    refused(await validate({ train: { ...moved, answer: each(() => "other") }, test: few }, settings));
    expect(accepted(await validate({ train: many, test: few }, settings)).warnings).toEqual([]);
  });
});

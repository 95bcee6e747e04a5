import { asGiven, entryOf, writtenRows } from "./log-for-test.js";
import { isSampled } from "./log-rules.js";
import type { PredictionRow } from "./row-reader.js";

const secret = "078-05-1120";
const names = ["age", "ssn", "phone"];
const hashKey = "a key of more than sixteen letters";
const settings = { sample: 1, drop: ["ssn"], hash: ["phone"] };
const written = (entries: Parameters<typeof writtenRows>[0], more: object = {}) =>
  writtenRows(entries, { settings, hashKey, names, ...more });

describe("redaction", () => {
  it("leaves no byte of a dropped or hashed value, by name, by position, or in a problem", async () => {
    const quoted = `FEATURES_INVALID: /ssn: "${secret}" is no number; got '078-05…'`;
    const problem = `${quoted} and "+1 555 0100"`;
    const named = { age: 41, ssn: secret, phone: "+1 555 0100" };
    const { bytes, rows } = await written([
      entryOf({ features: named, problem, status: 400 }),
      entryOf({ features: [41, secret, "+1 555 0100"], names }),
      entryOf({ features: [secret, 41], names, problem: quoted, status: 400 }),
      entryOf({ features: { SSN: secret, "ssn ": secret, age: 41 }, problem: quoted, status: 400 }),
      entryOf({ features: secret as never, problem, status: 400 }),
      entryOf({ version: undefined, features: named, problem, status: 503 }),
    ]);
    expect(rows).toHaveLength(6);
    for (const hidden of [secret, "078-05", "555 0100"]) expect(bytes.includes(hidden)).toBe(false);
    expect((rows[0] as PredictionRow).problem).toMatch(/^FEATURES_INVALID: \/ssn: "\[redacted\]" is no number/);
    expect(asGiven(rows[3])).toMatchObject({ features: { age: 41 } });
    expect(rows[5]).toMatchObject({ features: undefined, problem: "FEATURES_INVALID" });
  });

  it("hashes under the key and the column: equal values stay equal, and nothing else can be told", async () => {
    const row = (phone: unknown, age = 1) => entryOf({ features: { age, phone } });
    const { rows } = await written([row("a"), row("a", 2), row("b"), row(null), row("a")]);
    const hashes = rows.map((each) => (asGiven(each).features as Record<string, unknown>).phone);
    expect(hashes[0]).toMatch(/^hmac:[0-9a-f]{32}$/);
    expect(hashes).toEqual([hashes[0], hashes[0], hashes[2], null, hashes[0]]);
    expect(hashes[2]).not.toBe(hashes[0]);
    const other = await written([row("a")], { hashKey: "another key of sixteen letters" });
    expect(asGiven(other.rows[0]).features).not.toMatchObject({ phone: hashes[0] });
  });

  it("drops columns that are to be hashed where there is no key", async () => {
    const { rows } = await written([entryOf({ features: { age: 1, phone: "a" } })], { hashKey: undefined });
    expect(asGiven(rows[0])).toMatchObject({ features: { age: 1 } });
  });

  it("keeps no features by position whose names nobody knows", async () => {
    const { rows } = await written([entryOf({ features: [1, secret, 2] })], { names: undefined });
    expect((rows[0] as PredictionRow).features).toBeUndefined();
  });

  it("keeps no features while the version's settings can't be read, and only the code of a problem", async () => {
    const settingsOf = () => Promise.reject(new Error("away"));
    const { rows, counts } = await written([entryOf({ features: [1], problem: "BAD: 1" })], { settingsOf });
    expect(rows).toMatchObject([{ features: undefined, problem: "BAD" }]);
    expect(counts.dropped).toEqual({ rule_unknown: 1 });
  });

  it("puts requests for models that do not serve together, with what they asked for, without features", async () => {
    const { rows } = await written([entryOf({ model: "../../x", version: undefined, features: [secret] })], {
      known: () => false,
    });
    expect(rows).toMatchObject([{ model: "__unknown__", asked: "../../x", features: undefined }]);
  });
});

describe("the sample", () => {
  const ids = Array.from({ length: 20_000 }, (_, place) => `0b9a-${place}`);

  it("keeps its share of the requests, and always the same ones", async () => {
    const sampled = ids.filter((id) => isSampled(id, 0.2));
    expect(sampled.length / ids.length).toBeGreaterThan(0.19);
    expect(sampled.length / ids.length).toBeLessThan(0.21);
    const { rows, counts } = await written(
      ids.map((id) => entryOf({ id })),
      { settings: { ...settings, sample: 0.2 } },
    );
    // The first thousand wait for the settings; they are judged no otherwise.
    const kept = new Set(rows.map((row) => (row as PredictionRow).id));
    expect(sampled.filter((id) => kept.has(id))).toHaveLength(sampled.length);
    expect(counts.notSampled).toBeGreaterThan(0);
  });

  it("is all or nothing at the ends", () => {
    expect(ids.every((id) => isSampled(id, 1))).toBe(true);
    expect(ids.some((id) => isSampled(id, 0))).toBe(false);
  });
});

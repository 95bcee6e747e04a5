import fc from "fast-check";
import { asGiven, entryOf, writtenRows } from "./log-for-test.js";
import type { PredictionRow } from "./row-reader.js";

// JSON.stringify, and so JSON as it is sent, has one zero.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const cell = fc.oneof(
  number,
  fc.integer(),
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
);

const rowFrom = async (features: unknown, names?: readonly string[]) => {
  const { rows, counts } = await writtenRows([entryOf({ features: features as never, names })]);
  expect(counts.dropped).toEqual({});
  return asGiven(rows[0]);
};

describe("rows on the disk", () => {
  it("hold any JSON cell by name, and give it back as it was", () =>
    fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ unit: "binary-ascii" }), cell, { maxKeys: 30 }), async (features) => {
        expect((await rowFrom(features)).features).toEqual(features);
      }),
      { numRuns: 300 },
    ));

  it("hold any JSON cells by position, and name them where the names are known", () =>
    fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 30 }), async (features) => {
        expect((await rowFrom(features)).features).toEqual(features);
        const names = features.map((_, place) => `column ${place}`);
        const named = Object.fromEntries(names.map((name, place) => [name, features[place]]));
        expect((await rowFrom(features, names)).features).toEqual(named);
      }),
      { numRuns: 200 },
    ));

  it("hold half a surrogate pair, and a key called __proto__", async () => {
    const features = JSON.parse('{"__proto__": 1, "half": "\\ud800", "é": "\\u0000"}') as Record<string, unknown>;
    expect(JSON.stringify((await rowFrom(features)).features)).toBe(JSON.stringify(features));
  });

  it("keep every field of a request, and none that it has not", async () => {
    const full = entryOf({
      ...{ id: "p-é-1", features: { x: 1 }, prediction: "right", confidence: 0.75, trace: "00-ab-cd-01" },
      ...{ probabilities: { left: 0.25, right: 0.75 }, caller: "shop", problem: "none", names: ["x"] },
    });
    const bare = { id: "p-2", at: new Date(0), model: "sides", status: 503, milliseconds: 0 };
    const { rows } = await writtenRows([full, bare]);
    rows.sort((one, other) => other.at - one.at);
    const { names: _, at, ...said } = full;
    expect(rows.map(asGiven)).toEqual([
      { kind: "prediction", asked: undefined, ...said, at: at.getTime() },
      { kind: "prediction", id: "p-2", at: 0, model: "sides", status: 503, milliseconds: 0 },
    ]);
  });

  it("follow a schema that changes between rows", async () => {
    const entries = [{ a: 1 }, { a: 1, b: "x" }, [1, 2], { b: "x", a: 1 }, { a: 2 }].map((features, place) =>
      entryOf({ id: `p-${place}`, features, version: (place % 2) + 1 }),
    );
    const { rows } = await writtenRows([...entries, ...entries]);
    expect(rows).toHaveLength(10);
    for (const { id, features, version } of entries)
      for (const row of rows.filter((each) => (each as PredictionRow).id === id))
        expect(asGiven(row)).toMatchObject({ features, version });
  });

  it("fill block after block", async () => {
    const entries = Array.from({ length: 5_000 }, (_, place) =>
      entryOf({ id: `p-${place}`, features: [place, "text ".repeat(10)], names: ["a", "b"] }),
    );
    const { rows, bytes } = await writtenRows(entries);
    expect(bytes.length).toBeGreaterThan(500_000);
    expect(rows.map((row) => (row as PredictionRow).id)).toEqual(entries.map(({ id }) => id));
  });

  it("leave out the features of a request that is too large, and say so", async () => {
    const { rows, counts } = await writtenRows([
      entryOf({ features: ["x".repeat(70_000)], problem: "y".repeat(100_000) }),
      entryOf({ id: "p-2", features: Array(100_000).fill(1) }),
      entryOf({ id: "p-3", features: [1] }),
    ]);
    expect(rows.map(asGiven)).toMatchObject([
      { id: "p-1", features: undefined },
      { id: "p-2" },
      { id: "p-3", features: [1] },
    ]);
    expect(counts.dropped).toEqual({ too_large: 2 });
  });

  it("end at the first block that is not whole", async () => {
    const { bytes } = await writtenRows([entryOf()]);
    const { rowsIn } = await import("./row-reader.js");
    const torn = Buffer.concat([bytes, bytes.subarray(0, bytes.length - 3)]);
    expect([...rowsIn(torn)]).toHaveLength(1);
    const flipped = Buffer.concat([bytes, bytes]);
    flipped[flipped.length - 5]! ^= 1;
    expect([...rowsIn(flipped)]).toHaveLength(1);
    expect([...rowsIn(Buffer.concat([bytes, Buffer.alloc(4096)]))]).toHaveLength(1);
  });

  it("never throw, whatever they are given", async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const { rows, counts } = await writtenRows([
      entryOf({ features: circular }),
      entryOf({ features: { big: 1n } as never }),
      entryOf({ at: undefined as never }),
      entryOf({ id: "p-2" }),
    ]);
    expect(rows).toMatchObject([{ id: "p-2" }]);
    expect(counts.dropped).toEqual({ unencodable: 3 });
  });
});

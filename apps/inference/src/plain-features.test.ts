import fc from "fast-check";
import { plainRows } from "./plain-features.js";

const read = (text: string, mostRows = 100) => plainRows(Buffer.from(text), mostRows);

describe("plain features", () => {
  const short = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => Number(value.toPrecision(7))),
    fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1000),
  );

  it("are the numbers that JSON.parse reads, to the bit, however they are spaced", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(short, { minLength: 1 }), fc.constantFrom("", " ", "  "), (features, space) => {
        const text = `{"features":${space}[${features.map((value) => JSON.stringify(value)).join(`${space},${space}`)}${space}]${space}}${space}`;
        const found = read(text);
        if (found === undefined) return;
        taken += 1;
        expect(found).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it("take what most requests are", () => {
    expect(read('{"features":[5.1,3.5,1.4,0.2]}')).toEqual({ features: [5.1, 3.5, 1.4, 0.2] });
    expect(read('{"features": [-0.30195087, 0, -7]}')).toEqual({ features: [-0.30195087, 0, -7] });
    expect(read('{"features":[-0]}')).toEqual({ features: [-0] });
  });

  it("never take what JSON.parse reads otherwise, or not at all", () => {
    const sound = '{"features": [5.1, -3, 0.25]}';
    fc.assert(
      fc.property(
        fc.nat({ max: sound.length }),
        fc.nat({ max: 2 }),
        fc.string({ maxLength: 3 }),
        (place, gone, put) => {
          const text = sound.slice(0, place) + put + sound.slice(place + gone);
          const found = read(text);
          if (found !== undefined) expect(found).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it.each([
    "[]",
    "[01]",
    "[1.]",
    "[.5]",
    "[1,]",
    "[1e5]",
    "[null]",
    '["a"]',
    "[1 2]",
    "[+1]",
    "[--1]",
    "[-]",
    "[0.1234567890123456789]",
    "[1",
    "[1]}x",
  ])("leave %s to JSON.parse", (features) => {
    expect(read(`{"features":${features}}`)).toBeUndefined();
  });
});

describe("plain rows", () => {
  it("are the lists of numbers that JSON.parse reads, to the bit", () => {
    const row = fc.array(
      fc.integer({ min: -1e6, max: 1e6 }).map((value) => value / 100),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.constantFrom("", " "), (instances, space) => {
        const text = JSON.stringify({ instances }).replaceAll(",", `${space},${space}`).replaceAll("]", `${space}]`);
        expect(read(text)).toEqual({ instances });
      }),
    );
  });

  it.each([
    ['{"instances":[]}', 9],
    ['{"instances":[[]]}', 9],
    ['{"instances":[1,2]}', 9],
    ['{"instances":[[1],[2,"a"]]}', 9],
    ['{"instances":[[1],[2]]]}', 9],
    ['{"instances":[[1],[2]', 9],
    ['{"instances":[[1]],"key":"a"}', 9],
    ['{"instances":[[1],[2]]}', 1],
  ])("leave %s to JSON.parse, of at most %d rows", (text, rows) => {
    expect(read(text, rows)).toBeUndefined();
  });

  it("never take what JSON.parse reads otherwise, or not at all", () => {
    const sound = '{"instances": [[5.1, -3], [0.25, 7]]}';
    fc.assert(
      fc.property(
        fc.nat({ max: sound.length }),
        fc.nat({ max: 2 }),
        fc.string({ maxLength: 3 }),
        (place, gone, put) => {
          const text = sound.slice(0, place) + put + sound.slice(place + gone);
          const found = read(text);
          if (found !== undefined) expect(found).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

import fc from "fast-check";
import { decodeFile, encodeFile, PACKAGE_FORMAT } from "./package-file.js";

const array = fc.oneof(
  fc.float32Array({ maxLength: 9 }),
  fc.float64Array({ maxLength: 9 }),
  fc.int8Array({ maxLength: 9 }),
  fc.int16Array({ maxLength: 9 }),
  fc.int32Array({ maxLength: 9 }),
  fc.uint8Array({ maxLength: 9 }),
  fc.uint16Array({ maxLength: 9 }),
  fc.uint32Array({ maxLength: 9 }),
);
/** JSON of any shape with typed arrays and every number anywhere in it. */
const content = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.boolean(), fc.constant(null), array),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("0", "10", "content", "arrays", "at")), tie("node"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).node;

const model = {
  family: "trees",
  trees: {
    left: Int32Array.of(1, 3, -1),
    value: Float32Array.of(0.5, NaN),
    deep: [{ sets: Uint32Array.of(2 ** 32 - 1) }],
  },
  range: [-Infinity, Infinity, -0, NaN],
};

describe("a package file", () => {
  it("gives back whatever it was given, to the bit", () => {
    fc.assert(
      fc.property(content, (value) => {
        expect(decodeFile(encodeFile(value))).toStrictEqual(value);
      }),
    );
  });

  it("has the same bytes for the same content, in whatever order its members stand", () => {
    const { range, family, trees } = model;
    const { deep, value, left } = trees;
    expect(encodeFile({ range, trees: { value, deep, left }, family })).toEqual(encodeFile(model));
  });

  it("detects a change of any byte", () => {
    const file = encodeFile(model);
    for (let index = 0; index < file.length; index++) {
      const changed = file.slice();
      changed[index]! ^= 1 << (index % 8);
      expect(() => decodeFile(changed)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^PACKAGE_(CORRUPT|FORMAT_UNKNOWN)$/) }),
      );
    }
  });

  it("detects a missing end, wherever it ends, and what comes after the end", () => {
    const file = encodeFile(model);
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeFile(file.subarray(0, length))).toThrow(expect.objectContaining({ code: "PACKAGE_CORRUPT" }));
    }
    expect(() => decodeFile(Buffer.concat([file, Buffer.alloc(8)]))).toThrow("digest");
  });

  it("is read without copying its arrays where it lies at a multiple of 8, and rightly where it does not", () => {
    const file = encodeFile(model);
    const read = decodeFile(file) as typeof model;
    expect(read.trees.left.buffer).toBe(file.buffer);
    for (let shift = 0; shift < 8; shift++) {
      const moved = Buffer.concat([Buffer.alloc(shift), file]).subarray(shift);
      expect(decodeFile(moved)).toEqual(model);
    }
  });

  it.each([
    ["nothing", new Uint8Array(0), "PACKAGE_CORRUPT", "it is empty"],
    [
      "other bytes",
      Buffer.from("PK\u0003\u0004 a zip file that is long enough to be one"),
      "PACKAGE_CORRUPT",
      "does not begin with",
    ],
    [
      "a package of format 1",
      Buffer.from('{"format":"millrace-model/1"}'),
      "PACKAGE_FORMAT_UNKNOWN",
      "Train the model again",
    ],
    ["a newer package", withFormat(PACKAGE_FORMAT + 1), "PACKAGE_FORMAT_UNKNOWN", "Upgrade this service"],
  ])("that is %s is refused with what to do", (_, bytes, code, message) => {
    expect(() => decodeFile(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it("does not take what it could not give back", () => {
    expect(() => encodeFile({ model: { ids: BigInt64Array.of(1n) } })).toThrow(
      /model\.ids: a BigInt64Array can't be stored/,
    );
  });
});

function withFormat(format: number): Uint8Array {
  const file = encodeFile(model);
  new DataView(file.buffer).setUint32(8, format, true);
  return file;
}

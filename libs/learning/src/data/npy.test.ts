import { decodeNpy, encodeNpy, matrixOf } from "../index.js";

describe("npy", () => {
  it.each([
    [
      "a matrix",
      matrixOf([
        [1, 2.5, NaN],
        [-0, Infinity, 1e-300],
      ]),
    ],
    ["a matrix of float32", { rows: 1, columns: 3, values: Float32Array.of(1, NaN, 0.1) }],
    ["a vector of float32", Float32Array.of(1, -2)],
    ["a vector", Float64Array.of(1, 2, 3)],
    ["integers", Int32Array.of(-1, 2 ** 31 - 1)],
    ["nothing", new Float64Array(0)],
  ])("gives back %s", (_, array) => {
    expect(decodeNpy(encodeNpy(array))).toEqual(array);
    expect(decodeNpy(Buffer.from(encodeNpy(array)))).toEqual(array);
  });

  it("is what numpy writes: version 1.0, a header of 64 bytes or a multiple, little-endian, row by row", () => {
    const bytes = Buffer.from(
      encodeNpy(
        matrixOf([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ),
    );
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from("\x93NUMPY\x01\x00", "latin1"));
    expect(bytes.toString("latin1", 10, 128).trimEnd()).toBe(
      "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }",
    );
    expect([10 + bytes.readUInt16LE(8), bytes[127], bytes.readDoubleLE(128 + 8)]).toEqual([128, 10, 2]);
  });

  it("refuses other bytes", () => {
    expect(() => decodeNpy(Uint8Array.of(1, 2, 3))).toThrow(expect.objectContaining({ code: "NPY_UNREADABLE" }));
    expect(() => decodeNpy(encodeNpy(Float64Array.of(1, 2)).subarray(0, 140))).toThrow(
      "has 12 bytes of values instead of 16",
    );
  });
});

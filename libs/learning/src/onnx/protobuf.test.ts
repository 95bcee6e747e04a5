import fc from "fast-check";
import { bytes, float, integer, integers, joined, message, text, texts } from "./protobuf.js";

/** As the specification says it, without regard to speed. */
function readVarint(encoded: Uint8Array): bigint {
  const bits = [...encoded].map((byte, index) => BigInt(byte & 0x7f) << BigInt(7 * index));
  return BigInt.asIntN(
    64,
    bits.reduce((sum, part) => sum | part, 0n),
  );
}

const hex = (pieces: readonly Uint8Array[]) => Buffer.from(joined(pieces)).toString("hex");

describe("protocol buffers", () => {
  it("are those of the specification's examples", () => {
    expect(hex(integer(1, 150))).toBe("089601");
    expect(hex(text(2, "testing"))).toBe("120774657374696e67");
    expect(hex(message(3, integer(1, 150)))).toBe("1a03089601");
    expect(hex(integers(6, [3, 270, 86942]))).toBe("3206038e029ea705");
  });

  it("hold every integer of 64 bits", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(readVarint(joined(integer(1, value)).subarray(1))).toBe(value);
      }),
    );
    for (const value of [0, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 40, -1, -(2 ** 31)]) {
      expect(readVarint(joined(integer(1, value)).subarray(1))).toBe(BigInt(value));
      expect(readVarint(joined(integers(1, [value])).subarray(2))).toBe(BigInt(value));
    }
  });

  it("hold texts in UTF-8, each with its length in bytes, and floats in four", () => {
    expect(hex(texts(9, ["é", "", "é"]))).toBe("4a02c3a94a004a02c3a9");
    expect(hex(float(2, 1))).toBe("150000803f");
    expect(hex(bytes(1, new Uint8Array(300))).slice(0, 6)).toBe("0aac02");
  });
});

import { newLayout, openProgram, teamOf } from "@millrace/kernels";
import { matrixOf, seededRandom, type Matrix } from "../index.js";
import { planBins, takeBins, writeBins, type BinOptions } from "./bins.js";

function binsOf(x: Matrix, options: BinOptions = {}) {
  const plan = planBins(x, options);
  const layout = newLayout();
  const places = takeBins(layout, plan, x.rows);
  const program = openProgram("boosting", layout.size);
  writeBins(x, plan, places, program, teamOf(options.threads ?? 1));
  return { plan, bins: new Uint8Array(program.memory.buffer, places.bins, x.rows * x.columns).slice() };
}
const column = (values: number[]): Matrix => matrixOf(values.map((value) => [value]));

describe("planBins and writeBins", () => {
  it("give each value a bin of its own where there are few, and missing values bin 0", () => {
    const { plan, bins } = binsOf(column([3, NaN, 1, 2, 1, -0, 0]));
    expect([...bins]).toEqual([4, 0, 2, 3, 2, 1, 1]);
    expect([...plan.upperBounds[0]!]).toEqual([0.5, 1.5, 2.5, Infinity]);
    expect([...plan.counts]).toEqual([5]);
  });

  it("keep infinities and the largest numbers apart from their neighbours", () => {
    const most = 3.4028234663852886e38;
    const { bins } = binsOf(column([Infinity, -Infinity, most, -most, 0]));
    expect([...bins]).toEqual([5, 1, 4, 2, 3]);
  });

  it("have equally many rows a bin, and a bin of its own for a value that comes often", () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 20_000 }, (_, row) => (row % 4 === 0 ? 0.5 : random.next()));
    const { plan, bins } = binsOf(column(values), { maxBins: 63 });
    const rows = new Float64Array(256);
    for (const bin of bins) rows[bin]! += 1;
    expect(plan.counts[0]).toBe(64);
    expect(Math.max(...rows)).toBe(5_000);
    expect([...rows.slice(1, 64)].sort((a, b) => a - b)[0]).toBeGreaterThan(50);
    expect([...rows.slice(1, 64)].sort((a, b) => a - b)[61]).toBeLessThan(300);
  });

  it("ask in float32 the same question as the bounds do", () => {
    const random = seededRandom(2);
    const x = {
      rows: 9_000,
      columns: 2,
      values: Float32Array.from({ length: 18_000 }, () => random.next() ** 9 - 0.1),
    };
    const { plan, bins } = binsOf(x);
    const isIn = (value: number, bounds: Float32Array, bin: number) =>
      value <= bounds[bin - 1]! && (bin === 1 || value > bounds[bin - 2]!);
    expect(bins.every((bin, index) => isIn(x.values[index]!, plan.upperBounds[index % 2]!, bin))).toBe(true);
  });

  it("take the codes of categories as they are", () => {
    const { plan, bins } = binsOf(column([0, 1, 254, 255, NaN, -1, 1e9]), { categorical: [0] });
    expect([...bins]).toEqual([1, 2, 255, 0, 0, 0, 0]);
    expect([...plan.counts]).toEqual([256]);
  });

  it("are planned by the rows that are named, and written for all", () => {
    const { plan, bins } = binsOf(column([1, 2, 3, 90]), { rows: [0, 2] });
    expect([...plan.upperBounds[0]!]).toEqual([2, Infinity]);
    expect([...bins]).toEqual([1, 1, 2, 2]);
  });

  it("take a sample of many rows, spread over all of them", () => {
    const rows = 450_000;
    const x = { rows, columns: 1, values: Float32Array.from({ length: rows }, (_, row) => row) };
    const bounds = planBins(x).upperBounds[0]!;
    bounds.forEach((bound, bin) => {
      if (bin < 254) expect(Math.abs(bound / rows - (bin + 1) / 255)).toBeLessThan(0.001);
    });
  });

  it("are the same for any number of threads", () => {
    const random = seededRandom(3);
    const x = { rows: 5_000, columns: 7, values: Float32Array.from({ length: 35_000 }, () => random.next()) };
    expect(binsOf(x, { threads: 2 })).toEqual(binsOf(x));
    expect(binsOf(x, { threads: 3 })).toEqual(binsOf(x));
  });

  it("manage columns without any value, and without any row", () => {
    expect([...binsOf(column([NaN, NaN])).bins]).toEqual([0, 0]);
    expect([...planBins({ rows: 0, columns: 2, values: new Float32Array(0) }).counts]).toEqual([2, 2]);
  });
});

import { seededRandom } from "../data/random.js";
import { interpolate } from "./interpolate.js";
import { largestDifference, partInRuntime, startOnnxRuntime } from "./onnxruntime-for-test.js";
import { cast } from "./operators.js";

const runtime = startOnnxRuntime();
afterAll(() => runtime.stop());

const random = seededRandom(9);

/** Looks at one pair of points after the other. */
function plain(value: number, x: Float64Array, y: Float64Array): number {
  if (value <= x[0]!) return y[0]!;
  for (let k = 1; k < x.length; k++) {
    if (value < x[k]!) return y[k - 1]! + ((value - x[k - 1]!) / (x[k]! - x[k - 1]!)) * (y[k]! - y[k - 1]!);
  }
  return y.at(-1)!;
}

it.each([1, 2, 3, 100, 1000])("a line through %d points is followed as it is drawn", async (points) => {
  const x = Float64Array.from({ length: points }, () => Math.fround(random.next())).sort();
  const y = Float64Array.from({ length: points }, () => random.next()).sort();
  const values = Float32Array.of(-1, 0, 1, 2, ...x, ...Array.from({ length: 500 }, () => random.next()));
  const matrix = { rows: values.length, columns: 1, values };
  const found = await partInRuntime(runtime, matrix, (graph, tensor) =>
    interpolate(graph, cast(graph, tensor, "double"), x, y),
  );
  const expected = Float64Array.from(values, (value) => plain(value, x, y));
  expect(largestDifference(found, expected)).toBeLessThan(1e-12);
});

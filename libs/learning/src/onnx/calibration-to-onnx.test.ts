import { applyCalibration, fitCalibration, type CalibrationState } from "../calibration/calibration.js";
import { seededRandom } from "../data/random.js";
import { calibrationToOnnx } from "./calibration-to-onnx.js";
import { largestDifference, partInRuntime, startOnnxRuntime } from "./onnxruntime-for-test.js";
import { cast } from "./operators.js";

const runtime = startOnnxRuntime();
afterAll(() => runtime.stop());

const random = seededRandom(4);

/** Rows that sum to about 1; some are as sure as can be. */
function probabilities(rows: number, classes: number): Float32Array {
  const row = () => {
    const raw = Array.from({ length: classes }, () => random.next() ** 3);
    const sure = random.integer(20) === 0 ? random.integer(classes) : -1;
    const sum = raw.reduce((total, value) => total + value, 0);
    return raw.map((value, code) => (sure < 0 ? value / sum : code === sure ? 1 : 0));
  };
  return Float32Array.from(Array.from({ length: rows }, row).flat());
}

function calibration(classes: number, method: "isotonic" | "platt" | "temperature", scale: "log-odds" | "probability") {
  const given = Float64Array.from(probabilities(300, classes));
  const labels = Int32Array.from({ length: 300 }, (_, row) => {
    const at = random.next() < 0.3 ? random.integer(classes) : -1;
    const shares = given.subarray(row * classes, (row + 1) * classes);
    return at < 0 ? shares.indexOf(Math.max(...shares)) : at;
  });
  const names = Array.from({ length: classes }, (_, code) => `class ${code}`);
  return fitCalibration(method, { labels, probabilities: given, classes: names }, { scale });
}

const differenceOf = async (state: CalibrationState) => {
  const values = probabilities(2000, state.classes);
  const x = { rows: 2000, columns: state.classes, values };
  const found = await partInRuntime(runtime, x, (graph, tensor) =>
    calibrationToOnnx(state, graph, cast(graph, tensor, "double")),
  );
  return largestDifference(found, applyCalibration(state, Float64Array.from(values)));
};

describe.each([2, 3])("of %d classes", (classes) => {
  it.each([
    ["isotonic", "log-odds"],
    ["platt", "log-odds"],
    ["platt", "probability"],
    ["temperature", "log-odds"],
  ] as const)("%s calibration (%s) is in onnxruntime what it is here", async (method, scale) => {
    expect(await differenceOf(calibration(classes, method, scale))).toBeLessThan(1e-11);
  });
});

it("where every curve says 0 all classes are alike", async () => {
  const level = { x: [0, 1], y: [0, 0] };
  expect(await differenceOf({ version: 1, classes: 3, method: "isotonic", curves: [level, level, level] })).toBe(0);
});

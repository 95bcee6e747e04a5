import {
  applyPreprocessor,
  describeFeatures,
  familyNamed,
  fitPreprocessor,
  mlflowFolder,
  packModel,
  seededRandom,
} from "@millrace/learning";
import { mlflowFiles, stopMakingFiles } from "./mlflow-files.js";

/** A forest that learned noise by heart: deep trees. */
function forestOf(trees: number): Uint8Array {
  const random = seededRandom(5);
  const values = () => Float64Array.from({ length: 4000 }, () => random.next());
  const columns = ["a", "b", "c"].map((name) => ({ name, kind: "number" as const, values: values() }));
  const table = { rows: 4000, columns };
  const features = columns.map(({ name }) => name);
  const preprocessor = fitPreprocessor(table, [], { features });
  const { fit, defaults } = familyNamed("random-forest");
  const y = Int32Array.from({ length: 4000 }, () => random.integer(2));
  const data = { x: applyPreprocessor(preprocessor, table), y, classes: 2 };
  const model = fit(data, { ...defaults, trees }, { random });
  const about = { target: "t", classes: ["no", "yes"], metrics: {}, seed: 1 };
  return packModel({ model, preprocessor, ...about, features: describeFeatures(table, features) });
}

describe("the files that Python opens", () => {
  afterAll(() => stopMakingFiles());

  it("are made without holding up this thread where the package is large, and are the same", async () => {
    const large = forestOf(40);
    let turns = 0;
    let turning = setImmediate(function turn() {
      turns++;
      turning = setImmediate(turn);
    });
    const files = await mlflowFiles(large);
    clearImmediate(turning);
    // On this thread it would be one turn: all of the work, and nothing else.
    expect(turns).toBeGreaterThan(20);
    const here = mlflowFolder(large).files;
    expect(files.map(({ path }) => path)).toEqual(here.map(({ path }) => path));
    for (const [at, { bytes }] of files.entries()) expect(Buffer.from(bytes).equals(here[at]!.bytes)).toBe(true);
  });

  it("are made here where the package is small, and are none of what is no package of ours", async () => {
    const small = forestOf(1).subarray(0);
    expect((await mlflowFiles(small)).map(({ path }) => path)).toContain("MLmodel");
    expect(await mlflowFiles(Buffer.alloc(300_000))).toEqual([]);
  });
});

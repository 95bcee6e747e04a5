// The same trees for everybody: trained by LightGBM, as its file and as a package of ours, deployed in a data folder.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { deploymentCollection } from "../../libs/service/dist/index.js";
import { describeFeatures, fitPreprocessor, packModel } from "../../libs/learning/dist/index.js";
import { openArtifactStore, openRecordStore } from "../../libs/storage/dist/index.js";
import { peer } from "../peers/python.mjs";
import { floats, stateOf } from "../scoring.mjs";

const COLUMNS = 20;
const SAMPLE_ROWS = 2000;
const features = Array.from({ length: COLUMNS }, (_, index) => `f${index}`);

export async function makeModels(folder) {
  const python = await peer("scoring.py");
  const [rowsFile, boosterFile] = [join(folder, "rows"), join(folder, "booster.txt")];
  const { trees } = await python.ask({ do: "train", rows: 100_000, file: rowsFile, save: boosterFile });
  const table = tableOf(floats(rowsFile, Float32Array));
  const small = packaged(stateOf(trees, 2), table, "gradient-boosting");
  const forest = await python.ask({ do: "forest", rows: 80_000, trees: 30, file: rowsFile });
  python.stop();
  return { small, large: packaged(stateOf(forest.trees, 2), table, "random-forest"), boosterFile, rows: rowsOf(table) };
}

function tableOf(values) {
  const rows = SAMPLE_ROWS;
  const columns = features.map((name, column) => ({
    ...{ name, kind: "number" },
    values: Float64Array.from({ length: rows }, (_, row) => Number(values[row * COLUMNS + column].toPrecision(8))),
  }));
  return { rows, columns };
}

const rowsOf = ({ rows, columns }) =>
  Array.from({ length: rows }, (_, row) => columns.map(({ values }) => values[row]));

function packaged(state, table, family) {
  const preprocessor = fitPreprocessor(table, [{ impute: "numeric", with: "median" }], { features });
  const about = { classes: ["no", "yes"], positive: "yes", target: "y", metrics: {}, seed: 1 };
  return packModel({
    model: { ...state, family },
    preprocessor,
    ...about,
    features: describeFeatures(table, features),
  });
}

/** What the registry leaves behind when it has promoted a version. */
export async function deploy(bytes, dir) {
  mkdirSync(dir, { recursive: true });
  const artifacts = await openArtifactStore({ dir });
  const records = await openRecordStore({ dir });
  const champion = {
    version: 1,
    package: await artifacts.put(bytes, { mediaType: "application/octet-stream", name: "model.millrace" }),
  };
  const record = {
    model: "bench",
    generation: 1,
    champion,
    alias: "champion",
    run: "run-bench",
    reason: "",
    updatedAt: "",
  };
  await records.records(deploymentCollection).update("bench", () => record);
  await Promise.all([artifacts.close(), records.close()]);
}

import { cell, columnNamed, type ArtifactRef, type Probe, type Table } from "@millrace/contracts";
import { applyCalibration, applyPreprocessor, familyOf, takeRows, type ModelPackage } from "@millrace/learning";
import { readTableArtifact, writeJson, type StepContext } from "@millrace/service";
import type { Transformed } from "./load-arrays.js";

const MOST_ROWS = 32;

/** Some of the training rows with what the model in memory says of them: whoever opens its package has to hear the same. */
export async function storeProbe(
  model: ModelPackage,
  { sample, dataset }: Transformed,
  { artifacts }: Pick<StepContext, "artifacts">,
): Promise<ArtifactRef> {
  const rows = await readTableArtifact(artifacts, sample ?? dataset.train);
  const some = takeRows(
    rows,
    Int32Array.from({ length: Math.min(rows.rows, MOST_ROWS) }, (_, row) => row),
  );
  return writeJson(artifacts, "probe.json", probeOf(model, some));
}

function probeOf(made: ModelPackage, table: Table): Probe {
  const { model, preprocessor, calibration, features, classes } = made;
  const said = familyOf(model).predict(model, applyPreprocessor(preprocessor, table));
  const probabilities = calibration === undefined ? said : applyCalibration(calibration, said);
  const inputs = features.map(({ name }) => name);
  const columns = inputs.map((name) => columnNamed(table, name));
  const each = <Value>(of: (row: number) => Value): Value[] => Array.from({ length: table.rows }, (_, row) => of(row));
  return {
    ...{ inputs, classes: [...classes] },
    rows: each((row) => columns.map((column) => (column && cell(column, row)) ?? null)),
    predictions: each((row) => [...probabilities.subarray(row * classes.length, (row + 1) * classes.length)]),
  };
}

import { probeOf, type ArtifactRef, type Table } from "@millrace/contracts";
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
  const about = { inputs: model.features.map(({ name }) => name), classes: [...model.classes] };
  return writeJson(artifacts, "probe.json", probeOf(some, about, saidBy(model, some)));
}

/** Calibrated, as the package is to be. */
function saidBy({ model, preprocessor, calibration }: ModelPackage, table: Table): Float64Array {
  const said = familyOf(model).predict(model, applyPreprocessor(preprocessor, table));
  return calibration === undefined ? said : applyCalibration(calibration, said);
}

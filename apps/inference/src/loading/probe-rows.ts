import { probe, PROBE_TOLERANCE, ProblemError, type Probe } from "@millrace/contracts";
import type { LoadedModel, Row } from "@millrace/learning";
import { readJson, type Platform } from "@millrace/service";
import type { ArtifactRef } from "@millrace/contracts";

export async function readProbe(artifacts: Platform["artifacts"], ref: ArtifactRef): Promise<Probe> {
  return probe.parse(await readJson(artifacts, ref));
}

/** What a model is warmed with where nobody kept rows of it: a row that its features call ordinary. */
export const ordinaryRow = ({ features }: LoadedModel): Row =>
  Object.fromEntries(features.map(({ name, example }) => [name, example]));

/** Each row by name: a package may have its features in another order than whoever wrote the probe. */
export const rowsOf = ({ inputs, rows }: Probe): Row[] =>
  rows.map((row) => Object.fromEntries(inputs.map((name, at) => [name, row[at]])));

/** Refuses a model that answers otherwise than the one that was judged. */
export function compareWithProbe(model: LoadedModel, { classes, predictions, rows, inputs }: Probe): void {
  if (classes.join("\n") !== model.classes.join("\n")) throw differs(`its classes are ${model.classes.join(", ")}`);
  rowsOf({ classes, predictions, rows, inputs }).forEach((row, index) => {
    const answer = model.scoreRow(row);
    const wanted = predictions[index]!;
    const at = wanted.findIndex((value, code) => !isSame(value, answer[code]!));
    if (at >= 0) throw differs(`probe row ${index + 1} gives ${answer[at]}, and gave the evaluator ${wanted[at]}`);
  });
}

const isSame = (wanted: number, got: number): boolean =>
  Math.abs(wanted - got) <= PROBE_TOLERANCE * Math.max(1, Math.abs(wanted));

const differs = (how: string): ProblemError =>
  new ProblemError({
    code: "PROBE_DIFFERS",
    message: `this is not the model that was judged: ${how}.`,
    remedy: "See whether this replica runs the same release as the evaluator; train the model again.",
  });

import { PROBE_TOLERANCE, probeOf, type Probe, type Table } from "@millrace/contracts";
import type { LoadedModel, Prediction } from "@millrace/learning";

/** The rows as a caller would send them, and what the model says to them as a table. */
export const askedAsTable = (model: LoadedModel, table: Table): Probe =>
  probeOf(
    table,
    { inputs: model.features.map(({ name }) => name), classes: [...model.classes] },
    model.predictTable(table),
  );

/** The first row to which the model says something else than it is told, in words; undefined where there is none. */
export function differenceFrom(model: LoadedModel, told: Probe, from: string): string | undefined {
  const { rows, predictions, classes } = told;
  const asked = asker(model, told.inputs);
  for (const [index, row] of rows.entries()) {
    const answers = probabilitiesOf(model.predictRow(asked(row)), classes);
    const code = answers.findIndex((value, at) => !(Math.abs(value - predictions[index]![at]!) <= PROBE_TOLERANCE));
    if (code < 0) continue;
    const of = `${classes[code]} for row ${index + 1} of ${rows.length}`;
    return `the probability of ${of} is ${answers[code]} from the package alone, and ${predictions[index]![code]} ${from}`;
  }
  return undefined;
}

/** By position where the columns are the model's in its order, otherwise by name. */
const asker = (model: LoadedModel, inputs: readonly string[]) =>
  model.features.map(({ name }) => name).join("\n") === inputs.join("\n")
    ? (row: Probe["rows"][number]) => row
    : (row: Probe["rows"][number]) => Object.fromEntries(inputs.map((name, place) => [name, row[place]]));

/** In the order of the probe's classes; NaN for one that the model does not know. */
const probabilitiesOf = ({ probabilities }: Prediction, classes: readonly string[]): number[] =>
  classes.map((name) => probabilities[name] ?? NaN);

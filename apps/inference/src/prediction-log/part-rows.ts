import { columnNamed, cell, type Table } from "@millrace/contracts";
import { scanParquet } from "@millrace/tables";
import type { LabelRow, PredictionRow } from "./row-reader.js";

type Cells = (name: string, row: number) => string | number | undefined;

const cellsOf = (table: Table): Cells => {
  const columns = new Map<string, ReturnType<typeof columnNamed>>();
  return (name, row) => {
    if (!columns.has(name)) columns.set(name, columnNamed(table, name));
    const column = columns.get(name);
    return column && cell(column, row);
  };
};

/** The rows of a part of `predictions/`; those of other times are passed over before they are made. */
export async function* predictionsIn(
  path: string,
  model: string,
  isWanted: (at: number) => boolean,
): AsyncGenerator<PredictionRow> {
  for await (const table of scanParquet(path)) {
    const of = cellsOf(table);
    for (let row = 0; row < table.rows; row++)
      if (isWanted(of("requested_at", row) as number)) yield predictionOf(of, row, model);
  }
}

function predictionOf(of: Cells, row: number, model: string): PredictionRow {
  const text = (name: string) => of(name, row) as string | undefined;
  const number = (name: string) => of(name, row) as number | undefined;
  return {
    ...{ kind: "prediction", model, id: text("id")!, at: number("requested_at")!, status: number("status")! },
    ...{ version: number("version"), prediction: text("prediction"), confidence: number("confidence") },
    ...{ milliseconds: number("milliseconds")!, trace: text("trace"), caller: text("caller") },
    ...{ problem: text("problem"), asked: text("asked") },
    ...{ features: text("features"), probabilities: text("probabilities") },
  };
}

export async function* labelsIn(path: string, model: string): AsyncGenerator<LabelRow> {
  for await (const table of scanParquet(path)) {
    const of = cellsOf(table);
    for (let row = 0; row < table.rows; row++) {
      const [predictionId, label] = [of("prediction_id", row) as string, of("label", row) as string];
      yield { kind: "label", model, predictionId, label, at: of("labelled_at", row) as number };
    }
  }
}

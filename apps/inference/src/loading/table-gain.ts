import { setImmediate as turn } from "node:timers/promises";
import type { LoadedModel, Row } from "@millrace/learning";

const ROWS = 4;
const TIMES = 7;

/** How many times faster some rows are scored as one table than one by one, once the model is warm; 1 where it has no tables. */
export async function tableGain(model: LoadedModel, row: Row, ticks = () => performance.now()): Promise<number> {
  const { scoreRows } = model;
  if (scoreRows === undefined) return 1;
  const rows = Array.from({ length: ROWS }, () => row);
  const took = (work: () => unknown) => {
    const began = ticks();
    work();
    return ticks() - began;
  };
  const [single, table]: number[][] = [[], []];
  for (let time = 0; time < TIMES; time++) {
    single!.push(took(() => rows.forEach((each) => model.scoreRow(each))));
    await turn();
    table!.push(took(() => scoreRows(rows)));
    await turn();
  }
  return medianOf(single!) / medianOf(table!);
}

const medianOf = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]!;

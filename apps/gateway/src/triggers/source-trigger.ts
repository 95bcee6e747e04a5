import { shortDigestOf, type TriggerSpec } from "@millrace/contracts";
import type { PipelineFile } from "@millrace/service";
import type { Arrivals } from "../arrivals/arrivals.js";
import type { SourceProbe } from "../arrivals/source-probe.js";
import type { Runs } from "../run-records.js";
import { runOfArrival } from "./run-of-arrival.js";
import { stateKey, type Begin, type TriggerState, type TriggerStates } from "./trigger-state.js";

export interface SourceTriggerParts {
  states: TriggerStates;
  runs: Runs;
  probe: SourceProbe;
  arrivals: Pick<Arrivals, "last">;
  begin: Begin;
}

export type RowsSpec = Extract<TriggerSpec, { rows: number }>;

/** Begins a run when the source has so many rows more than it had when the last run began. */
export async function lookAtRows(file: PipelineFile, trigger: RowsSpec, parts: SourceTriggerParts): Promise<void> {
  const { states, probe, arrivals, begin } = parts;
  const key = stateKey(file, trigger);
  const before = (await states.get(key))?.value;
  const rows = await probe.rows(file);
  const { lastRun } = await arrivals.last(file.spec.name);
  const baseline = await baselineOf(file, trigger, { before, rows, lastRun, parts });
  const said = { rows: Math.min(baseline.rows, rows), run: baseline.run, counted: rows };
  await remember(key, file, said, states);
  if (rows - said.rows < trigger.rows) return;
  const id = rowsId(file, trigger, said);
  const { run } = await begin(file, { reason: "rows", id });
  await remember(key, file, { rows, run, counted: rows }, states);
}

interface Standing {
  before: TriggerState | undefined;
  rows: number;
  lastRun: string | undefined;
  parts: SourceTriggerParts;
}

/** From how many rows on is counted. Rows that came since the last look may be too late for a run that began since then. */
async function baselineOf(
  file: PipelineFile,
  trigger: RowsSpec,
  { before, rows, lastRun, parts }: Standing,
): Promise<{ rows: number; run?: string }> {
  if (before?.rows === undefined) return { rows: lastRun === undefined ? 0 : rows, ...(lastRun && { run: lastRun }) };
  const own = { rows: before.rows, ...(before.run !== undefined && { run: before.run }) };
  // Whoever ended between beginning the run and writing that down: its run is there under the name that follows from it.
  const begun = runOfArrival(rowsId(file, trigger, own));
  const was = before.counted ?? before.rows;
  if ((await parts.runs.get(begun)) !== undefined) return { rows: was, run: begun };
  return lastRun === undefined || lastRun === before.run ? own : { rows: was, run: lastRun };
}

const rowsId = ({ spec }: PipelineFile, trigger: RowsSpec, { rows, run }: { rows: number; run?: string }): string =>
  shortDigestOf({ pipeline: spec.name, trigger, since: rows, run: run ?? null });

/** Begins a run when the watermark of a database source has moved since the last look that began one; then it is told. */
export async function lookAtWatermark(
  file: PipelineFile,
  trigger: TriggerSpec,
  { states, probe, arrivals, begin }: SourceTriggerParts,
  key = stateKey(file, trigger),
): Promise<number | string | undefined> {
  const before = (await states.get(key))?.value;
  const largest = await probe.largest(file);
  if (largest === undefined || largest === before?.largest) return undefined;
  const { lastRun } = await arrivals.last(file.spec.name);
  const begins = before?.largest !== undefined || lastRun === undefined;
  if (begins)
    await begin(file, { reason: "watermark", id: shortDigestOf({ pipeline: file.spec.name, trigger, largest }) });
  await remember(key, file, { largest }, states);
  return begins ? largest : undefined;
}

const remember = (key: string, { spec }: PipelineFile, said: Partial<TriggerState>, states: TriggerStates) =>
  states.update(key, (current) => ({ ...current, pipeline: spec.name, ...said }));

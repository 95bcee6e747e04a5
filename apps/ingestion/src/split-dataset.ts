import { join } from "node:path";
import { ProblemError, type PipelineSpec } from "@millrace/contracts";
import type { Cuts, SplitOutcome, SplitRule, StagedColumn, Staging } from "@millrace/tables";
import type { Means } from "./means.js";
import { scanSides, sides, type ScannedSides, type Side } from "./scan-sides.js";
import { rememberedCuts, splitRule } from "./split-cuts.js";

export interface SplitDataset {
  readonly rows: number;
  readonly columns: readonly StagedColumn[];
  readonly outcome: SplitOutcome;
  readonly scanned: ScannedSides;
  readonly paths: Readonly<Record<Side, string>>;
}

/** Deals the staged rows to both sides and writes them to the run's folder; what cannot be learned from is refused. */
export async function splitDataset(
  spec: PipelineSpec,
  location: string,
  staging: Staging,
  means: Means,
): Promise<SplitDataset> {
  const { rows, columns } = await staging.describe();
  if (!columns.some(({ name }) => name === spec.target.column))
    throw withoutTarget(columns, spec.target.column, location);
  if (rows === 0) throw noRows(location);
  const rule = splitRule(spec);
  const remembered = rememberedCuts(means.context.records, spec.name, rule);
  const split = (cuts: Cuts | undefined) => writeSides(rule, cuts, spec, columns, staging, means);
  const known = await remembered.known();
  let done = await split(known);
  if (known !== undefined && isOneSided(done, rule)) done = await recut(known, done, rule, split, means);
  refuseTarget(done, rule, spec, location);
  const cuts = await remembered.remember(known === undefined ? done.outcome.cuts : { ...done.outcome.cuts, ...known });
  // Someone else's dataset was first, or added the same class: its cuts hold.
  if (known === undefined && !isSame(cuts, done.outcome.cuts)) return { rows, columns, ...(await split(cuts)) };
  return { rows, columns, ...done };
}

type Done = Pick<SplitDataset, "outcome" | "scanned" | "paths">;

async function writeSides(
  rule: SplitRule,
  cuts: Cuts | undefined,
  spec: PipelineSpec,
  columns: readonly StagedColumn[],
  staging: Staging,
  { workFolder }: Means,
): Promise<Done> {
  const outcome = await staging.split(rule, cuts);
  const paths = { train: join(workFolder, "train.parquet"), test: join(workFolder, "test.parquet") };
  for (const side of sides) await staging.write(side, paths[side], "parquet");
  return { outcome, paths, scanned: await scanSides(paths, columns, spec.target.column) };
}

/**
 * A small dataset may have no row of a class on one side of the remembered cut. It is then cut anew for this run alone:
 * a judgement without the class would be none.
 */
async function recut(
  known: Cuts,
  done: Done,
  rule: SplitRule,
  split: (cuts: Cuts) => Promise<Done>,
  { context }: Means,
): Promise<Done> {
  const poor = new Set(rule.stratify === undefined ? [""] : oneSidedClasses(done).map(({ name }) => name));
  context.progress(`too few rows on one side of the remembered cut; for this run rows are dealt anew`);
  return split(Object.fromEntries(Object.entries(known).filter(([name]) => !poor.has(name))));
}

const isOneSided = (done: Done, { stratify }: SplitRule): boolean =>
  stratify === undefined ? hasEmptySide(done) : oneSidedClasses(done).length > 0;

const hasEmptySide = ({ outcome }: Done): boolean => outcome.train === 0 || outcome.test === 0;

const oneSidedClasses = ({ scanned }: Pick<Done, "scanned">) =>
  [...scanned.classes]
    .filter(([, { train, test }]) => train === 0 || test === 0)
    .map(([name, rows]) => ({ name, ...rows }));

const isSame = (a: Cuts, b: Cuts): boolean => Object.keys({ ...a, ...b }).every((name) => a[name] === b[name]);

function refuseTarget(done: Done, { stratify }: SplitRule, { target }: PipelineSpec, location: string): void {
  const classes = [...done.scanned.classes.keys()];
  if (classes.length < 2) throw oneClass(target.column, classes[0]);
  if (stratify !== undefined) refuseLonelyClasses(target.column, oneSidedClasses(done));
  if (hasEmptySide(done)) throw emptySide(location, done.outcome);
}

/** Said here with the class's name: whoever splits codes knows only its number. */
function refuseLonelyClasses(target: string, poor: readonly { name: string; train: number; test: number }[]): void {
  if (poor.length === 0) return;
  const rows = poor.slice(0, 5).map(({ name, train, test }) => `${name} (${train + test})`);
  throw new ProblemError({
    code: "TARGET_CLASS_TOO_SMALL",
    where: target,
    message: `to be on both sides of the split a class needs two rows that differ; that is not so of ${rows.join(", ")}.`,
    remedy: "Send more rows of that class, leave it out, or set split.stratify to false.",
  });
}

const noRows = (location: string): ProblemError =>
  new ProblemError({
    code: "SOURCE_NO_ROWS",
    where: location,
    message: "the source has columns and no rows.",
    remedy: "Send at least a few rows of each class.",
  });

const oneClass = (target: string, only: string | undefined): ProblemError =>
  new ProblemError({
    code: "TARGET_ONE_CLASS",
    where: target,
    message: `the target has ${only === undefined ? "no value at all" : `only one value (${only})`}, so there is nothing to tell apart.`,
    remedy: "Send data with at least two classes, or name another column as target.column.",
  });

const emptySide = (location: string, { train, test }: SplitOutcome): ProblemError =>
  new ProblemError({
    code: "SPLIT_SIDE_EMPTY",
    where: location,
    message: `the split leaves ${train} rows to learn from and ${test} to judge by.`,
    remedy: "Send more rows, or rows of more groups or times; or change split.test.",
  });

const withoutTarget = (columns: readonly StagedColumn[], target: string, location: string): ProblemError =>
  new ProblemError({
    code: "TARGET_MISSING",
    where: location,
    message: `the data have no column "${target}", which the pipeline is to predict; they have ${columns.map(({ name }) => name).join(", ")}.`,
    remedy: "Send data with that column, or correct target.column in pipeline.yaml.",
  });

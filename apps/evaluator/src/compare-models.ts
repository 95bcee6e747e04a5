import type { PipelineSpec, Problem, Table } from "@millrace/contracts";
import {
  confusionMatrix,
  evaluateProbabilities,
  predictedClasses,
  type MetricName,
  type Scored,
} from "@millrace/learning";
import { openPackage, type ServableModel } from "@millrace/runtimes";
import { canonicalOrder, inOrder } from "./canonical-order.js";
import { curvesOf, type Curves } from "./curves.js";
import { disagreementsOf, type Disagreements } from "./disagreements.js";
import { differencesOf, figuresOf, type Differences, type Evaluated, type FigureSettings } from "./figures.js";
import { entriesOf } from "./gate.js";
import { scoredOn, scoreOn, tryScore, type Metrics } from "./score.js";
import { withClasses } from "./same-classes.js";
import { sliceColumns, slicesOf, type ColumnSlices } from "./slices-of.js";

/** Plain data: it goes to a thread. */
export interface ComparisonJob {
  readonly kind: "compare";
  readonly challenger: Uint8Array;
  readonly champion?: Uint8Array;
  readonly rows: Table;
  /** Rows that it learned from, where the pipeline bounds how much better they may look. */
  readonly training?: Table;
  readonly pipeline: Pick<PipelineSpec, "target" | "accept" | "select" | "split">;
}

/** How one model does on the test rows. */
export interface Performance extends Evaluated {
  readonly classes: readonly string[];
  /** `confusion[actual][predicted]` */
  readonly confusion: readonly (readonly number[])[];
  readonly curves: Curves;
  readonly slices: readonly ColumnSlices[];
}

export interface Compared {
  readonly rows: number;
  readonly challenger: Performance;
  readonly champion?: Performance;
  readonly differences?: Differences;
  readonly disagreements?: Disagreements;
  readonly training?: { readonly metrics: Metrics; readonly rows: number };
}

/** The challenger can't be judged, or the champion can't be judged with it: the other goes on without. */
export type Comparison = { readonly problem: Problem } | (Compared & { readonly championProblem?: Problem });

/** Both models on the same rows, from their packages alone. */
export async function compareModels(job: ComparisonJob): Promise<Comparison> {
  const { rows, pipeline } = job;
  const mine = await tryScore(() => opened(job.challenger, (model) => challengerOn(model, job)));
  if ("problem" in mine) return mine;
  const { scored: challenger, inputs, training } = mine.scored;
  const theirs = job.champion && (await tryScore(() => championOn(job.champion!, job, challenger.classes)));
  const pair = { challenger, champion: theirs && "scored" in theirs ? theirs.scored : undefined };
  return {
    ...compareOnRows(rows, pair, inputs, pipeline),
    ...(training && { training }),
    ...(theirs && "problem" in theirs && { championProblem: theirs.problem }),
  };
}

/** Whoever made the model: it is opened as inference opens it, and what it holds is given back. */
async function opened<Result>(bytes: Uint8Array, ask: (model: ServableModel) => Result): Promise<Result> {
  const model = await openPackage(bytes);
  try {
    return ask(model);
  } finally {
    await model.close?.();
  }
}

const challengerOn = (model: ServableModel, { rows, training, pipeline }: ComparisonJob) => ({
  scored: soundlyScored(model, rows, pipeline),
  inputs: model.features.map(({ name }) => name),
  training: training && { metrics: scoreOn(model, training, pipeline), rows: training.rows },
});

const championOn = (bytes: Uint8Array, { rows, pipeline }: ComparisonJob, classes: readonly string[]) =>
  opened(bytes, (model) => withClasses(soundlyScored(model, rows, pipeline), classes));

/** What is no probability, or of no class that is asked about, is found here, and not where both models are compared. */
function soundlyScored(...asked: Parameters<typeof scoredOn>): Scored {
  const scored = scoredOn(...asked);
  evaluateProbabilities(scored);
  return scored;
}

interface Pair {
  readonly challenger: Scored;
  readonly champion?: Scored;
}

/** All figures of one or two models whose answers to the rows are known. */
export function compareOnRows(
  rows: Table,
  { challenger, champion }: Pair,
  inputs: readonly string[],
  pipeline: ComparisonJob["pipeline"],
): Compared {
  const order = canonicalOrder(champion === undefined ? [challenger] : [challenger, champion]);
  const settings = settingsOf(pipeline);
  const sorted = inOrder(challenger, order);
  const of = { rows, order, pipeline };
  const alone = { rows: rows.rows, challenger: performanceOf(sorted, { ...of, settings }) };
  if (champion === undefined) return alone;
  const sortedChampion = inOrder(champion, order);
  return {
    ...alone,
    // How far the champion's own figures may be off decides nothing.
    champion: performanceOf(sortedChampion, { ...of, settings: { ...settings, metrics: [] } }),
    differences: differencesOf(
      { challenger: sorted, champion: sortedChampion },
      { ...settings, metrics: comparedBy(pipeline) },
    ),
    disagreements: disagreementsOf({ challenger, champion }, rows, inputs),
  };
}

function performanceOf(
  scored: Scored,
  { rows, order, settings, pipeline }: Pick<ComparisonJob, "rows" | "pipeline"> & Ordered,
): Performance {
  return {
    ...figuresOf(scored, settings),
    classes: scored.classes,
    confusion: confusionMatrix(scored.labels, predictedClasses(scored), scored.classes.length, scored.weights),
    curves: curvesOf(scored),
    slices: slicesOf(scored, rows, sliceColumns(pipeline.accept), order),
  };
}

interface Ordered {
  readonly order: Uint32Array;
  readonly settings: FigureSettings;
}

/** Intervals are for what decides: the metric of selection, and those with a floor or a margin. */
function settingsOf({ accept, select, split }: ComparisonJob["pipeline"]): FigureSettings {
  const named = [select.metric, ...Object.keys(accept.at_least), ...Object.keys(accept.better_by)] as MetricName[];
  return { confidence: accept.confidence, seed: split.seed, metrics: [...new Set(named)] };
}

/** Whether a gain is luck is asked of margins above 0; where there is no margin it is told of the metric of selection. */
function comparedBy({ accept, select }: ComparisonJob["pipeline"]): MetricName[] {
  const margins = entriesOf(accept.better_by);
  return margins.length === 0 ? [select.metric] : margins.flatMap(([name, margin]) => (margin > 0 ? [name] : []));
}

import { columnMissing, stepProblem } from "./preprocess-problem.js";
import type {
  BucketsNumeric,
  ClipNumeric,
  DatesStep,
  DeriveStep,
  EncodeCategorical,
  ImputeCategorical,
  ImputeNumeric,
  PreprocessStep,
  ScaleNumeric,
  TextStep,
} from "./preprocess-steps.js";
import { taskOf, type Task } from "./step-rules.js";

/** What is done with one column. */
export interface ColumnPlan {
  readonly fillNumbers?: ImputeNumeric;
  readonly fillTexts?: ImputeCategorical;
  readonly clip?: ClipNumeric;
  readonly scale?: ScaleNumeric;
  readonly buckets?: BucketsNumeric;
  readonly encode?: EncodeCategorical;
}

type ColumnTask = keyof ColumnPlan;
type ColumnStep = Extract<PreprocessStep, { readonly with: string }>;

export interface Plan {
  readonly derive: readonly DeriveStep[];
  readonly dates: readonly DatesStep[];
  readonly text: readonly TextStep[];
  readonly steps: readonly (readonly [ColumnTask, ColumnStep])[];
}

export function planSteps(steps: readonly PreprocessStep[]): Plan {
  const tasks = steps.map((step) => [taskOf(step), step] as const);
  const of = <Step>(wanted: Task) => tasks.flatMap(([task, step]) => (task === wanted ? [step as Step] : []));
  const derives = new Set<Task>(["derive", "dates", "text"]);
  const plan: Plan = {
    ...{ derive: of<DeriveStep>("derive"), dates: of<DatesStep>("dates"), text: of<TextStep>("text") },
    steps: tasks.filter(([task]) => !derives.has(task)) as unknown as Plan["steps"],
  };
  refuseTwice(plan);
  return plan;
}

/** For each task, the same column may be named by one step, and one step may name none. */
function refuseTwice({ steps }: Plan): void {
  const seen = new Set<string>();
  for (const [task, step] of steps) {
    for (const column of step.columns ?? ["(all)"]) {
      const key = JSON.stringify([task, step.columns ? column : null]);
      if (seen.has(key)) throw stepProblem(step, "the same columns are given this step twice.", "Keep one of them.");
      seen.add(key);
    }
  }
}

const numeric = new Set<ColumnTask>(["fillNumbers", "clip", "scale", "buckets"]);

/** The steps of one column: one that names it goes before one that names none. Numbers are encoded where they are named. */
export function planOf({ steps }: Plan, column: string, kind: "number" | "text"): ColumnPlan {
  const plan: Record<string, ColumnStep> = {};
  for (const [task, step] of steps) {
    const named = step.columns?.includes(column) ?? false;
    if (named) refuseOtherKind(task, step, column, kind);
    const fits = kind === "number" ? numeric.has(task) : !numeric.has(task);
    if (named || (step.columns === undefined && fits && !(task in plan))) plan[task] = step;
  }
  return plan as ColumnPlan;
}

function refuseOtherKind(task: ColumnTask, step: ColumnStep, column: string, kind: "number" | "text"): void {
  if (task === "encode" || (kind === "number") === numeric.has(task)) return;
  throw stepProblem(
    step,
    `the column ${JSON.stringify(column)} holds ${kind}s.`,
    kind === "text" ? "Encode it instead." : "Use a step for numeric columns.",
  );
}

/** Refuses steps that name what is not there. */
export function refuseUnknownColumns({ steps }: Plan, known: ReadonlySet<string>): void {
  for (const [, step] of steps)
    for (const column of step.columns ?? []) if (!known.has(column)) throw columnMissing(column);
}

/** Columns that are there for their dates or counts alone: no other step names them. */
export function consumedColumns({ dates, text, steps }: Plan): Set<string> {
  const named = new Set(steps.flatMap(([, step]) => step.columns ?? []));
  const parts = [...dates.flatMap((step) => step.dates), ...text.flatMap((step) => step.text)];
  return new Set(parts.filter((column) => !named.has(column)));
}

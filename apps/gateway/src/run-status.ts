import {
  dataAbsent,
  dataOf,
  datasetRejected,
  modelDeployed,
  modelPromoted,
  modelRejected,
  modelRolledBack,
  sentenceOf,
  stepDone,
  stepFailed,
  type AnyEvent,
  type CloudEvent,
  type DataOf,
  type RunRecord,
  type RunStatus,
  type RunStep,
} from "@millrace/contracts";
import { isArrival } from "./arrivals/is-arrival.js";
import { byTime, flow, nextStep, outcomeOf, rankOf, timeOf } from "./flow.js";

type Failure = DataOf<typeof stepFailed>;

const endings: readonly { event: AnyEvent; status: RunStatus; tell: (event: CloudEvent) => string }[] = [
  { event: modelPromoted, status: "promoted", tell: (event) => tellPromotion(dataOf(modelPromoted, event)) },
  {
    event: datasetRejected,
    status: "rejected",
    tell: (event) => `dataset rejected: ${dataOf(datasetRejected, event).summary}`,
  },
  {
    event: modelRejected,
    status: "rejected",
    tell: (event) => `model rejected: ${dataOf(modelRejected, event).reason}`,
  },
  { event: modelRolledBack, status: "rolled-back", tell: (event) => tellRollback(dataOf(modelRolledBack, event)) },
];

const tellPromotion = ({ model, version, reason }: DataOf<typeof modelPromoted>) =>
  `promoted ${model} version ${version}: ${reason}`;

const tellRollback = ({ model, version, reason }: DataOf<typeof modelRolledBack>) =>
  `${model} went back to version ${version}: ${reason}`;

/** Status and summary as they follow from the set of events, whatever the order in which they came. */
export function concluded(record: RunRecord): RunRecord {
  const failure = openFailure(record);
  const { problem: _earlier, ...rest } = record;
  const absence = absenceOf(record);
  if (absence !== undefined) return { ...rest, ...absence };
  const told = failure === undefined ? (standing(record) ?? ending(record)) : tellFailure(failure);
  const { status, summary } = told ?? { status: "running" as const, summary: tellProgress(record) };
  return { ...rest, status, summary, ...(failure !== undefined && { problem: failure.problem }) };
}

/** What became of each step: what it said last of itself, unless its outcome or its failure says more. */
export const stepsOf = (record: RunRecord): Record<string, RunStep> => ({
  ...record.steps,
  ...finishedSteps(record),
  ...failedStep(record),
});

/** The failure that nothing has overcome: neither did the flow go on behind it, nor was the step begun anew. */
function openFailure({ events, steps }: RunRecord): Failure | undefined {
  const failed = events[stepFailed.type];
  if (failed === undefined) return undefined;
  const failure = dataOf(stepFailed, failed);
  const { type } = failure.event;
  const since = timeOf(events[type]);
  const wentOn = Object.values(events).some((event) => rankOf(event.type) > rankOf(type) && timeOf(event) >= since);
  const current = steps[failure.step];
  const begunAnew = current !== undefined && current.at > timeOf(failed);
  return wentOn || begunAnew ? undefined : failure;
}

const tellFailure = ({ step, problem }: Failure) => ({
  status: "failed" as const,
  summary: `failed at ${step}: ${problem.code}. ${sentenceOf(problem)}`,
});

/** The page of an absence is no run: it stands as a failure until data arrive again. */
function absenceOf({ pipeline, events }: RunRecord): Pick<RunRecord, "status" | "summary" | "problem"> | undefined {
  const raised = events[dataAbsent.type];
  if (raised === undefined) return undefined;
  const { since, absence } = dataOf(dataAbsent, raised);
  if (stepDone.type in events) return { status: "done", summary: `data arrived again after more than ${absence}` };
  const problem = {
    code: "DATA_ABSENT",
    where: `pipeline ${pipeline}`,
    message: `nothing has arrived since ${since}, for more than ${absence}.`,
    remedy: "See whether whoever brings the data still runs; the next arrival clears this.",
  };
  return { status: "failed", summary: sentenceOf(problem), problem };
}

/** A run that has not begun: nothing was said of it but what would begin it. */
function standing({ turn, events }: RunRecord): { status: RunStatus; summary: string } | undefined {
  if (turn === undefined || Object.values(events).some((event) => !isArrival(event))) return undefined;
  if (turn.state === "waiting") return { status: "waiting", summary: `waits for ${turn.for}` };
  return { status: "superseded", summary: `newer data came before it could begin: ${turn.by} took its place` };
}

/** How the run ended. An ending that a step takes up is one only when that step is done with it. */
function ending({ events }: RunRecord): { status: RunStatus; summary: string } | undefined {
  const last = endings
    .map(({ event }) => events[event.type])
    .filter((event) => event !== undefined)
    .sort(byTime)[0];
  const known = endings.find(({ event }) => event.type === last?.type);
  if (known && last) return isTakenUp(last, events) ? undefined : { status: known.status, summary: known.tell(last) };
  const deployed = events[modelDeployed.type];
  if (deployed) return { status: "promoted", summary: tellDeployment(deployed) };
  const done = events[stepDone.type];
  return done && nextStep(events) === undefined
    ? { status: "done", summary: tellDone(dataOf(stepDone, done)) }
    : undefined;
}

const tellDone = ({ step, summary }: DataOf<typeof stepDone>): string => summary ?? `${step} is done`;

const isTakenUp = ({ type }: CloudEvent, events: RunRecord["events"]): boolean =>
  flow.some((step) => step.on.type === type && step.on.consumers.length > 0 && outcomeOf(step, events) === undefined);

function tellDeployment(event: CloudEvent): string {
  const { model, version } = dataOf(modelDeployed, event);
  return `${model} version ${version} serves`;
}

function tellProgress({ events, steps }: RunRecord): string {
  const step = nextStep(events)?.step;
  if (step === undefined) return "running";
  const { message } = steps[step] ?? {};
  return message === undefined ? `waiting for ${step}` : `${step}: ${message}`;
}

function finishedSteps({ events, steps }: RunRecord): Record<string, RunStep> {
  // Data may arrive without a wish to retrain: what comes out of a step is no proof that it took part.
  const tookPart = (step: string, input: string) => input in events || step in steps;
  const finished = flow.flatMap((each): [string, RunStep][] => {
    const said = outcomeOf(each, events);
    if (said === undefined || !tookPart(each.step, each.on.type)) return [];
    const message = said.type === modelDeployed.type ? tellDeployment(said) : steps[each.step]?.message;
    return [
      [each.step, { step: each.step, state: "done", at: timeOf(said), ...(message !== undefined && { message }) }],
    ];
  });
  return Object.fromEntries(finished);
}

function failedStep(record: RunRecord): Record<string, RunStep> {
  const failure = openFailure(record);
  if (failure === undefined) return {};
  const { step, problem } = failure;
  const at = timeOf(record.events[stepFailed.type]);
  return { [step]: { step, state: "failed", problem, message: sentenceOf(problem), at } };
}

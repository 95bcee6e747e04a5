import {
  approvalRequested,
  dataAbsent,
  dataOf,
  datasetRejected,
  modelDeployed,
  modelPromoted,
  modelRejected,
  modelRolledBack,
  rolloutChanged,
  sentenceOf,
  stepDone,
  stepFailed,
  versionDecided,
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

interface Told {
  status: RunStatus;
  summary: string;
}

interface Ending {
  event: AnyEvent;
  /** Undefined where the event ends nothing by itself. */
  tell(event: CloudEvent): Told | undefined;
}

const endingBy = <Definition extends AnyEvent>(
  event: Definition,
  tell: (data: DataOf<Definition>) => Told | undefined,
): Ending => ({ event, tell: (given) => tell(dataOf(event, given)) });

const endings: readonly Ending[] = [
  endingBy(modelPromoted, ({ model, version, reason }) => ({
    status: "promoted",
    summary: `promoted ${model} version ${version}: ${reason}`,
  })),
  endingBy(datasetRejected, ({ summary }) => ({ status: "rejected", summary: `dataset rejected: ${summary}` })),
  endingBy(modelRejected, ({ reason }) => ({ status: "rejected", summary: `model rejected: ${reason}` })),
  endingBy(modelRolledBack, ({ model, version, reason }) => ({
    status: "rolled-back",
    summary: `${model} went back to version ${version}: ${reason}`,
  })),
  endingBy(approvalRequested, ({ model, version }) => ({
    status: "done",
    summary: `${model} version ${version} waits for an approval: \`millrace approve ${model} ${version}\``,
  })),
  endingBy(versionDecided, ({ model, version, approved, by, reason }) =>
    approved
      ? undefined
      : { status: "rejected", summary: `${model} version ${version} was rejected by ${by}: ${reason}` },
  ),
  endingBy(rolloutChanged, tellRollout),
];

/** A rollout that goes on is no end; what became of it is told by the event that ends it. */
function tellRollout(data: DataOf<typeof rolloutChanged>): Told {
  const { model, version, champion, state, reason, percent, shadow, step, steps } = data;
  if (state === "aborted") {
    return { status: "rejected", summary: `model rejected: ${reason}; ${model} version ${champion} serves all` };
  }
  const share = shadow
    ? "hears every request, and nobody sees its answers"
    : `answers ${percent} % of the requests, step ${step + 1} of ${steps.length}`;
  return { status: "running", summary: `rollout: ${model} version ${version} ${share}` };
}

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
function ending({ events }: RunRecord): Told | undefined {
  const last = lastEnding(events);
  if (last !== undefined) return isTakenUp(last.event, events) || wentOn(last.event, events) ? undefined : last.told;
  const deployed = events[modelDeployed.type];
  if (deployed) return { status: "promoted", summary: tellDeployment(deployed) };
  const done = events[stepDone.type];
  return done && nextStep(events) === undefined
    ? { status: "done", summary: tellDone(dataOf(stepDone, done)) }
    : undefined;
}

/** Whether a step further on has had its input since, and has not answered it: what waited for an approval got one. */
function wentOn(end: CloudEvent, events: RunRecord["events"]): boolean {
  const type = nextStep(events)?.on.type;
  return type !== undefined && rankOf(type) > rankOf(end.type) && timeOf(events[type]) > timeOf(end);
}

function lastEnding(events: RunRecord["events"]): { event: CloudEvent; told: Told } | undefined {
  const said = endings.flatMap(({ event: { type }, tell }) => {
    const event = events[type];
    const told = event && tell(event);
    return told === undefined ? [] : [{ event: event!, told }];
  });
  return said.sort((a, b) => byTime(a.event, b.event))[0];
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
    const message = said.type === modelDeployed.type ? tellDeployment(said) : lastWords(steps[each.step], said);
    return [
      [each.step, { step: each.step, state: "done", at: timeOf(said), ...(message !== undefined && { message }) }],
    ];
  });
  return Object.fromEntries(finished);
}

/** What a step says on its way may be lost or late: that it began is no word on how it ended. */
export function lastWords(step: RunStep | undefined, outcome: CloudEvent | undefined): string | undefined {
  if (step !== undefined && step.state !== "started") return step.message;
  if (outcome?.type === modelPromoted.type) return tellChampion(dataOf(modelPromoted, outcome));
  const { reason, summary } = (outcome?.data ?? {}) as { reason?: string; summary?: string };
  return reason ?? summary;
}

const tellChampion = ({ model, version }: DataOf<typeof modelPromoted>): string =>
  `version ${version} of ${model} is the champion`;

function failedStep(record: RunRecord): Record<string, RunStep> {
  const failure = openFailure(record);
  if (failure === undefined) return {};
  const { step, problem } = failure;
  const at = timeOf(record.events[stepFailed.type]);
  return { [step]: { step, state: "failed", problem, message: sentenceOf(problem), at } };
}

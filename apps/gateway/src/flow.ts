import {
  dataArrived,
  datasetIngested,
  datasetRejected,
  datasetTransformed,
  datasetValidated,
  modelApproved,
  modelDeployed,
  modelPromoted,
  modelRejected,
  modelRolledBack,
  modelTrained,
  retrainingRequested,
  rollbackRequested,
  type AnyEvent,
  type CloudEvent,
  type RunRecord,
} from "@millrace/contracts";

export interface FlowStep {
  readonly step: string;
  readonly on: AnyEvent;
  readonly emits: readonly AnyEvent[];
}

/** Which step takes which event and says which, in the order of the flow: by it the ledger knows what follows what. */
export const flow: readonly FlowStep[] = [
  { step: "retrain", on: retrainingRequested, emits: [dataArrived] },
  { step: "ingest", on: dataArrived, emits: [datasetIngested] },
  { step: "validate", on: datasetIngested, emits: [datasetValidated, datasetRejected] },
  { step: "transform", on: datasetValidated, emits: [datasetTransformed] },
  { step: "train", on: datasetTransformed, emits: [modelTrained] },
  { step: "evaluate", on: modelTrained, emits: [modelApproved, modelRejected] },
  // An approval that a newer champion has overtaken goes back to the evaluator.
  { step: "promote", on: modelApproved, emits: [modelPromoted, modelTrained] },
  { step: "record-rejected", on: modelRejected, emits: [] },
  { step: "roll-back", on: rollbackRequested, emits: [modelRolledBack] },
  { step: "deploy", on: modelPromoted, emits: [modelDeployed] },
];

const order: readonly string[] = [
  ...new Set([...flow.map(({ on }) => on.type), ...flow.flatMap(({ emits }) => emits.map(({ type }) => type))]),
].sort((a, b) => reach(a) - reach(b));

/** An event lies just before the step that takes it, or just after the step that says it. */
function reach(type: string): number {
  const taker = flow.findIndex(({ on }) => on.type === type);
  return taker >= 0 ? taker : flow.findIndex(({ emits }) => emits.some((event) => event.type === type)) + 0.5;
}

export const rankOf = (type: string): number => order.indexOf(type);

export const stepNamed = (name: string): FlowStep | undefined => flow.find(({ step }) => step === name);

type Events = RunRecord["events"];

export const timeOf = (event: CloudEvent | undefined): string => event?.time ?? "";

/** What the step said about the input that the run has now; undefined while that is still to come. */
export function outcomeOf({ on, emits }: FlowStep, events: Events): CloudEvent | undefined {
  const since = timeOf(events[on.type]);
  const said = emits.map(({ type }) => events[type]).filter((event) => event !== undefined);
  const answers = (event: CloudEvent) => timeOf(event) > since || (timeOf(event) === since && isAfter(event, on));
  return said.filter(answers).sort(byTime)[0];
}

const isAfter = (event: CloudEvent, on: AnyEvent): boolean => rankOf(event.type) > rankOf(on.type);

/** The latest first. */
export const byTime = (a: CloudEvent, b: CloudEvent): number => (timeOf(a) < timeOf(b) ? 1 : -1);

const canBeSent = ({ on }: FlowStep, events: Events): boolean => on.consumers.length > 0 && on.type in events;

/** The step that the run waits for: the last one that has its input and has not answered it. */
export function nextStep(events: Events): FlowStep | undefined {
  return flow.findLast((step) => canBeSent(step, events) && outcomeOf(step, events) === undefined);
}

/** The event to send again so that the run goes on. */
export function furthestEvent(events: Events): CloudEvent | undefined {
  const step = nextStep(events) ?? flow.findLast((each) => canBeSent(each, events));
  return step && events[step.on.type];
}

import {
  events as allEvents,
  flowOf,
  stepDone,
  type AnyEvent,
  type CloudEvent,
  type FlowStep,
  type RunRecord,
} from "@millrace/contracts";

/** Which step takes which event and says which, in the order of the flow: by it the ledger knows what follows what. */
export const flow: readonly FlowStep[] = flowOf(allEvents);

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
export function outcomeOf({ step, on, emits }: FlowStep, events: Events): CloudEvent | undefined {
  const since = timeOf(events[on.type]);
  const said = [...emits.map(({ type }) => events[type]), doneBy(step, events)].filter((event) => event !== undefined);
  const answers = (event: CloudEvent) => timeOf(event) > since || (timeOf(event) === since && isAfter(event, on));
  return said.filter(answers).sort(byTime)[0];
}

/** A step without an event of its own says that it is done. */
function doneBy(step: string, events: Events): CloudEvent | undefined {
  const done = events[stepDone.type];
  return (done?.data as { step?: string } | undefined)?.step === step ? done : undefined;
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

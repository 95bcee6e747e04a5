import type { AnyEvent } from "./define-event.js";

export interface FlowStep {
  readonly service: string;
  readonly step: string;
  readonly on: AnyEvent;
  readonly emits: readonly AnyEvent[];
}

/**
 * Which step takes which event and says which, in the order of the events: it follows from the contracts alone, so a new
 * step is known to the ledger without a word to the gateway.
 */
export function flowOf(events: readonly AnyEvent[]): FlowStep[] {
  const steps = new Map<string, FlowStep>();
  for (const on of events) {
    for (const [service, step] of Object.entries({ ...on.takenBy, ...on.heardBy })) {
      const emits = events.filter(({ saidBy }) => saidBy.includes(step));
      if (!steps.has(step)) steps.set(step, { service, step, on, emits });
    }
  }
  return [...steps.values()];
}

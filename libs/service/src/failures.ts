import { envelope, queueName, runOf, stepFailed } from "@millrace/contracts";
import type { DeadLetter } from "@millrace/messaging";
import type { Platform } from "./platform.js";
import { pipelineOf } from "./step-protocol.js";
import type { AnyStep } from "./step.js";

/** Says on the bus that a step gave up, so that the run shows it. The dead letter itself waits for a person. */
export function tellFailures(service: string, steps: readonly AnyStep[], platform: Platform): void {
  const stepOfQueue = new Map(steps.map((step) => [queueName(service, step.on.type), step.name]));
  platform.onDeadLetter((letter) => {
    const step = stepOfQueue.get(letter.queue);
    if (step !== undefined && letter.event !== undefined) void tell(service, step, letter, platform);
  });
}

async function tell(service: string, step: string, letter: DeadLetter, platform: Platform): Promise<void> {
  const event = letter.event!;
  const { problem, attempts } = letter;
  const emission = stepFailed({ step, problem, attempts, event: { id: event.id, type: event.type } });
  const from = { service, step, run: runOf(event), pipeline: pipelineOf(event), time: platform.clock() };
  await platform.bus
    .publish(envelope(stepFailed, emission, { ...from, traceparent: event.traceparent }))
    .catch((error: unknown) => platform.log.error("a failure could not be told", { step, error: String(error) }));
}

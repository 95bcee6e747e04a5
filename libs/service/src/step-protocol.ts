import { randomUUID } from "node:crypto";
import {
  dataOf,
  envelope,
  inputDigest,
  ProblemError,
  problemOf,
  Reject,
  Retry,
  runOf,
  sentenceOf,
  stepDone,
  stepProgress,
  type AnyEvent,
  type CloudEvent,
  type Digest,
  type Emission,
  type Manifest,
  type PipelineSpec,
} from "@millrace/contracts";
import type { Delivery, Detached } from "@millrace/messaging";
import { claimLease } from "./lease.js";
import { openManifests, type Manifests } from "./manifests.js";
import { openPipelineSpecs } from "./pipeline-specs.js";
import type { Platform } from "./platform.js";
import { openSlots } from "./slots.js";
import type { AnyStep, StepContext } from "./step.js";
import { childTrace } from "./trace.js";

/** One delivery on its way through the protocol. */
interface Work {
  step: AnyStep;
  event: CloudEvent;
  data: unknown;
  run: string;
  digest: Digest;
  attempt: number;
  trace: { traceparent: string; traceId: string };
}

export interface StepSignals {
  /** The service is to stop: nothing new is begun. */
  stopping: AbortSignal;
  /** The time for work in hand is over. */
  ended: AbortSignal;
}

export interface StepRunner {
  /** Settles one delivery: resolves when it may be acknowledged, with the work that goes on behind it if it is long. */
  handle(delivery: Delivery): Promise<Detached | void>;
}

/**
 * The step protocol: is there a manifest for this (run, step, input)? Then publish what it says. Else run the step, whose
 * artifacts are in the store when it returns; write the manifest with put-if-absent; publish what the manifest that stands
 * says; acknowledge. Whatever line the process dies at, doing it all again gives the same events.
 */
export function openStepRunner(service: string, step: AnyStep, platform: Platform, signals: StepSignals): StepRunner {
  const manifests = openManifests(platform.records);
  const specs = openPipelineSpecs(platform.artifacts);
  const slots = openSlots(1);
  const publish = (events: readonly CloudEvent[]) => publishAll(platform, events);

  async function handle(delivery: Delivery): Promise<Detached | void> {
    observeLag(platform, delivery);
    const work = accept(step, delivery);
    const earlier = await known(manifests, work);
    if (earlier !== undefined) return publish(await adopt(manifests, earlier, work));
    if (step.long) return detach(work);
    await perform(work);
  }

  /** Long work: claim it, let the message be acknowledged, and go on. A duplicate of what someone does now is dropped. */
  async function detach(work: Work): Promise<Detached | void> {
    const lease = await claimLease(`${work.run}/${step.name}/${work.digest}`, {
      records: platform.records,
      owner: `${platform.instance}/${randomUUID()}`,
      seconds: platform.settings.LEASE_SECONDS,
      clock: platform.clock,
    });
    if (lease === undefined) return;
    const letGo = () => lease.release().catch(() => undefined);
    const free = await slots.take(signals.stopping).catch(async (error: unknown) => {
      await letGo();
      throw error;
    });
    const behind = perform(work).finally(async () => {
      free();
      await letGo();
    });
    return { behind };
  }

  async function perform(work: Work): Promise<void> {
    const context = await contextOf(work);
    context.progress(`${step.name} began`);
    const finish = observeStep(platform, step.name);
    try {
      const startedAt = platform.clock();
      const emission = await step.run(work.data, context);
      const manifest = await manifests.write(manifestOf(work, emission, startedAt));
      await publish(manifest.output);
      const seconds = finish("done");
      context.log.info("step done", { emitted: manifest.output.map(({ type }) => type), seconds });
    } catch (error) {
      finish("failed");
      const outcome = outcomeOf(error);
      if (!(outcome instanceof Reject)) {
        const problem = problemOf(outcome);
        say(platform, service, work, { state: "retrying", message: sentenceOf(problem), problem });
      }
      throw outcome;
    }
  }

  async function contextOf(work: Work): Promise<StepContext> {
    const { run, event } = work;
    const log = platform.log.with({ run, step: step.name, trace: work.trace.traceId, pipeline: pipelineOf(event) });
    const progress: StepContext["progress"] = (message, progress = {}) => {
      say(platform, service, work, { state: message.endsWith("began") ? "started" : "working", message, ...progress });
    };
    return {
      ...{ run, event, log, progress, signal: signals.ended },
      ...{ artifacts: platform.artifacts, records: platform.records, tracking: platform.tracking },
      ...{ settings: platform.settings, clock: platform.clock },
      pipeline: (await specs.of(work.data)) as PipelineSpec & undefined,
    };
  }

  function manifestOf(work: Work, emission: Emission | undefined, startedAt: Date): Manifest {
    const said = emission ?? stepDone({ step: step.name });
    return manifestWith(work, [wrap(work, definitionOf(step, said), said)], startedAt);
  }

  const wrap = (work: Work, definition: AnyEvent, emission: Emission): CloudEvent =>
    envelope(definition, emission, {
      ...{ service, step: step.name, run: work.run, pipeline: pipelineOf(work.event) },
      ...{ traceparent: work.trace.traceparent, time: platform.clock() },
    });

  const manifestWith = (work: Work, output: CloudEvent[], startedAt: Date): Manifest => ({
    ...{ run: work.run, pipeline: pipelineOf(work.event) ?? "", step: step.name, service },
    ...{ inputDigest: work.digest, eventId: work.event.id, eventType: work.event.type, output },
    startedAt: startedAt.toISOString(),
    finishedAt: platform.clock().toISOString(),
  });

  /** The manifest of this run, or of another run that did the same before, written down for this one. */
  async function adopt(known: Manifests, earlier: Manifest, work: Work): Promise<readonly CloudEvent[]> {
    if (earlier.run === work.run) return earlier.output;
    const output = earlier.output.map((event) =>
      wrap(work, definitionOf(step, event), { type: event.type, data: event.data }),
    );
    const manifest = { ...manifestWith(work, output, platform.clock()), reusedFrom: earlier.run };
    return (await known.write(manifest)).output;
  }

  return { handle };
}

async function known(manifests: Manifests, { run, step, digest }: Work): Promise<Manifest | undefined> {
  const own = await manifests.find(run, step.name, digest);
  return own ?? (step.pure ? manifests.findSame(step.name, digest) : undefined);
}

function accept(step: AnyStep, delivery: Delivery): Work {
  const { event, attempt } = delivery;
  const data = rejecting(() => dataOf(step.on, event));
  const known = { ...event, data };
  const digest = inputDigest(known, { name: step.name, version: step.version ?? 1 });
  return { step, event: known, data, run: runOf(event), digest, attempt, trace: childTrace(event.traceparent) };
}

function definitionOf(step: AnyStep, emission: { type: string }): AnyEvent {
  const definition = [...step.emits, stepDone].find(({ type }) => type === emission.type);
  if (definition !== undefined) return definition;
  throw new Error(`the step ${step.name} emitted ${emission.type}, which it does not list in "emits"`);
}

async function publishAll(platform: Platform, events: readonly CloudEvent[]): Promise<void> {
  for (const event of events) await platform.bus.publish(event);
}

/** Progress is for watching: it is not waited for, and losing it loses nothing. */
function say(platform: Platform, service: string, work: Work, data: object): void {
  const emission = { type: stepProgress.type, data: { step: work.step.name, ...data } };
  const { run, trace } = work;
  const pipeline = pipelineOf(work.event);
  const time = platform.clock();
  const event = envelope(stepProgress, emission, {
    ...{ service, step: work.step.name, run, pipeline, traceparent: trace.traceparent, time },
  });
  void platform.bus.publish(event, { transient: true }).catch(() => undefined);
}

export const pipelineOf = (event: CloudEvent): string | undefined =>
  event.pipeline ?? (event.data as { pipeline?: string } | undefined)?.pipeline;

function rejecting<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw outcomeOf(error);
  }
}

/** A problem that a step states is about its input: doing it again would not help. Only a Retry, or what nobody planned, is tried again. */
function outcomeOf(error: unknown): unknown {
  if (error instanceof Retry || error instanceof Reject) return error;
  if (error instanceof ProblemError) return new Reject(error.problem, { cause: error });
  return error;
}

const observeLag = ({ metrics, clock }: Platform, { enqueuedAt, queue }: Delivery): void => {
  if (enqueuedAt) metrics.queueLag.observe({ queue }, Math.max(0, (clock().getTime() - enqueuedAt.getTime()) / 1000));
};

function observeStep({ metrics }: Platform, step: string): (outcome: "done" | "failed") => number {
  const began = performance.now();
  metrics.inFlight.inc({ step });
  return (outcome) => {
    metrics.inFlight.dec({ step });
    const seconds = (performance.now() - began) / 1000;
    metrics.stepSeconds.observe({ step, outcome }, seconds);
    return seconds;
  };
}

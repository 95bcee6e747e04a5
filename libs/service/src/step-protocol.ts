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
  type DataOf,
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
import { observeLag, observeStep } from "./step-metrics.js";
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
    observeLag(platform.metrics, delivery, platform.clock());
    const work = accept(step, delivery);
    const earlier = await doneBefore(manifests, work);
    if (earlier !== undefined) return publish(await adopt(earlier, work));
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
    const finish = observeStep(platform.metrics, step.name);
    const say = sayer(work);
    say({ state: "started", message: `${step.name} began` });
    try {
      const manifest = await doOnce(work, say);
      await publish(manifest.output);
      const emitted = manifest.output.map(({ type }) => type);
      logOf(work).info("step done", { emitted, seconds: finish("done") });
    } catch (error) {
      finish("failed");
      const outcome = outcomeOf(error);
      const problem = problemOf(outcome);
      if (!(outcome instanceof Reject)) say({ state: "retrying", message: sentenceOf(problem), problem });
      throw outcome;
    }
  }

  async function doOnce(work: Work, say: Say): Promise<Manifest> {
    const startedAt = platform.clock();
    const emission = await step.run(work.data, await contextOf(work, say));
    const said = emission ?? stepDone({ step: step.name });
    return manifests.write(manifestWith(work, [wrap(work, definitionOf(step, said), said)], startedAt));
  }

  const logOf = ({ run, trace, event }: Work) =>
    platform.log.with({ run, step: step.name, trace: trace.traceId, pipeline: pipelineOf(event) });

  async function contextOf(work: Work, say: Say): Promise<StepContext> {
    const { run, event } = work;
    const log = logOf(work);
    const progress: StepContext["progress"] = (message, how = {}) => say({ state: "working", message, ...how });
    return {
      ...{ run, event, log, progress, signal: signals.ended },
      ...{ artifacts: platform.artifacts, records: platform.records, tracking: platform.tracking },
      ...{ settings: platform.settings, environment: platform.environment, clock: platform.clock },
      pipeline: (await specs.of(work.data)) as PipelineSpec & undefined,
    };
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
  async function adopt(earlier: Manifest, work: Work): Promise<readonly CloudEvent[]> {
    if (earlier.run === work.run) return earlier.output;
    const output = earlier.output.map((event) =>
      wrap(work, definitionOf(step, event), { type: event.type, data: event.data }),
    );
    const manifest = { ...manifestWith(work, output, platform.clock()), reusedFrom: earlier.run };
    return (await manifests.write(manifest)).output;
  }

  /** Progress is for watching: it is not waited for, and losing it loses nothing. */
  function sayer(work: Work): Say {
    return (progress) => {
      const emission = stepProgress({ step: step.name, ...progress });
      const event = wrap(work, stepProgress, emission);
      void platform.bus.publish(event, { transient: true }).catch(() => undefined);
    };
  }

  return { handle };
}

type Say = (progress: Pick<DataOf<typeof stepProgress>, "state" | "message" | "done" | "total" | "problem">) => void;

async function doneBefore(manifests: Manifests, { run, step, digest }: Work): Promise<Manifest | undefined> {
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

import {
  dataArrived,
  dataOf,
  dataSchemaOf,
  datasetRejected,
  datasetValidated,
  driftDetected,
  millisecondsOf,
  retrainingRequested,
  runOf,
  shortDigestOf,
  type AcceptedRun,
  type CloudEvent,
} from "@millrace/contracts";
import { findPipeline, type Clock, type Log, type PipelineFile } from "@millrace/service";
import type { Runs } from "../run-records.js";
import { stateKey, type TriggerStates } from "./trigger-state.js";

export interface DriftParts {
  states: TriggerStates;
  runs: Runs;
  pipelinesDir: string;
  clock: Clock;
  log: Log;
  begin(event: CloudEvent): Promise<AcceptedRun>;
}

const USUAL_COOLDOWN = "1h";

/** Asks for a retraining when drift was found, where the pipeline says so and the last one is long enough ago. */
export async function hearOfDrift(event: CloudEvent, parts: DriftParts): Promise<void> {
  const found = driftIn(event);
  if (found === undefined) return;
  const file = await findPipeline(parts.pipelinesDir, found.pipeline).catch(() => undefined);
  const trigger = file?.spec.triggers.find((each) => "drift" in each);
  if (file === undefined || trigger === undefined) return;
  if (event.type !== driftDetected.type && !(await isOfItsOwn(event, parts.runs))) return;
  const now = parts.clock();
  if (!(await claim(file, stateKey(file, trigger), event.id, now, parts.states))) return;
  const { run, duplicate } = await parts.begin(requestFor(found, event, now));
  if (!duplicate)
    parts.log.info("drift asks for a retraining", { pipeline: found.pipeline, reason: found.reason, run });
}

interface Drift {
  pipeline: string;
  reason: string;
}

function driftIn(event: CloudEvent): Drift | undefined {
  if (event.type === driftDetected.type) {
    const { pipeline, version, columns } = dataOf(driftDetected, event);
    return {
      pipeline,
      reason: `drift of version ${version}: ${columns.map(({ name }) => name).join(", ") || "found"}`,
    };
  }
  const isDataset = event.type === datasetValidated.type || event.type === datasetRejected.type;
  return isDataset ? driftOfDataset(event) : undefined;
}

function driftOfDataset(event: CloudEvent): Drift | undefined {
  const {
    pipeline,
    warnings = [],
    findings = [],
  } = event.data as {
    pipeline: string;
    warnings?: { code: string; column?: string }[];
    findings?: { code: string; column?: string }[];
  };
  const drifted = [...warnings, ...findings].filter(({ code }) => /(^|_)DRIFT/.test(code));
  if (drifted.length === 0) return undefined;
  const columns = [...new Set(drifted.flatMap(({ column }) => column ?? []))];
  return { pipeline, reason: `drift in new data: ${columns.join(", ") || "the rows as a whole"}` };
}

/**
 * Drift in a dataset asks for a retraining only where its run was about a file of its own: any other run has just trained
 * on the pipeline's source, and a retraining that finds drift must not ask for the next one.
 */
async function isOfItsOwn(event: CloudEvent, runs: Runs): Promise<boolean> {
  const events = (await runs.get(runOf(event)))?.value.events ?? {};
  const arrived = events[dataArrived.type]?.data as { source?: string } | undefined;
  return !(retrainingRequested.type in events) && arrived?.source !== undefined;
}

/** The same event that comes again asks again; its run is known. */
async function claim(file: PipelineFile, key: string, event: string, now: Date, states: TriggerStates) {
  const { cooldown } = file.spec.arrivals;
  const wait = millisecondsOf(cooldown === "0s" ? USUAL_COOLDOWN : cooldown);
  const record = await states.update(key, (current) => {
    if (current?.askedAt !== undefined && Date.parse(current.askedAt) + wait > now.getTime()) return undefined;
    return { ...current, pipeline: file.spec.name, event, askedAt: now.toISOString() };
  });
  return record?.value.event === event;
}

const requestFor = ({ pipeline, reason }: Drift, event: CloudEvent, now: Date): CloudEvent => ({
  ...{ specversion: "1.0" as const, source: "/millrace/gateway", type: retrainingRequested.type, pipeline },
  id: shortDigestOf({ drift: event.id, pipeline }),
  time: now.toISOString(),
  ...{ datacontenttype: "application/json" as const, dataschema: dataSchemaOf(retrainingRequested) },
  data: { pipeline, reason },
});

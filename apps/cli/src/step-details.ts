import type {
  CloudEvent,
  DataOf,
  datasetRejected,
  datasetValidated,
  Finding,
  modelApproved,
  modelTrained,
} from "@millrace/contracts";
import { sentenceOf } from "@millrace/contracts";

type Events = Readonly<Record<string, CloudEvent | undefined>>;

/** What a step found out, line by line: what is wrong with the data, how each candidate did, how the models compare. */
export function stepDetails(step: string, events: Events): string[] {
  if (step === "validate") return findingsOf(events).map(findingLine);
  if (step === "train") return candidatesOf(events).map(candidateLine);
  if (step === "evaluate") return comparison(events);
  return [];
}

function findingsOf(events: Events): readonly Finding[] {
  const rejected = events["dataset.rejected"]?.data as DataOf<typeof datasetRejected> | undefined;
  const validated = events["dataset.validated"]?.data as DataOf<typeof datasetValidated> | undefined;
  return rejected?.findings ?? validated?.warnings ?? [];
}

const findingLine = ({ severity, code, ...problem }: Finding): string =>
  `${severity} ${code}: ${sentenceOf({ code, ...problem })}`;

type Candidate = DataOf<typeof modelTrained>["candidates"][number];

const candidatesOf = (events: Events): readonly Candidate[] =>
  (events["model.trained"]?.data as DataOf<typeof modelTrained> | undefined)?.candidates ?? [];

function candidateLine({ family, params, metrics, problem }: Candidate): string {
  const settings = Object.entries(params).map(([name, value]) => `${name} ${String(value)}`);
  const name = [family, ...settings].join(", ");
  return problem === undefined ? `${name}: ${metricsText(metrics)}` : `${name} was not fitted: ${sentenceOf(problem)}`;
}

function comparison(events: Events): string[] {
  const verdict = (events["model.approved"] ?? events["model.rejected"])?.data as
    DataOf<typeof modelApproved> | undefined;
  if (verdict === undefined) return [];
  const { challenger, champion } = verdict;
  const serves = champion && `version ${champion.version} on the same rows: ${metricsText(champion.metrics)}`;
  return [`on the test rows: ${metricsText(challenger)}`, ...(serves === undefined ? [] : [serves])];
}

const metricsText = (metrics: Readonly<Record<string, number>> = {}): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join("  ") || "no metrics";

import type { ColumnSchema, Finding, PipelineSpec, Severity } from "@millrace/contracts";
import { codeOf, type FindingCode } from "./finding-codes.js";

export interface SeverityRules {
  readonly validate: PipelineSpec["validate"];
  /** The schema was inferred: what it says of severity gives way to pipeline.yaml. */
  readonly inferred: boolean;
}

/**
 * What a finding does. The most specific word counts: the column's in schema.yaml, then the code's in pipeline.yaml, then
 * what is usual. Only rows can be kept apart: a finding about a whole column that is to be quarantined is a rejection.
 */
export function severityOf({ validate, inferred }: SeverityRules, code: FindingCode, column?: ColumnSchema): Severity {
  const ofColumn = severityByColumn(code, column);
  const ofPipeline = validate.severity[code];
  const usual = isDrift(code) ? validate.drift.severity : codeOf(code).severity;
  const found = (inferred ? (ofPipeline ?? ofColumn) : (ofColumn ?? ofPipeline)) ?? usual;
  return found === "quarantine" && !codeOf(code).rows ? "reject" : found;
}

function severityByColumn(code: FindingCode, column: ColumnSchema | undefined): Severity | undefined {
  const said = column?.severity;
  if (said === undefined) return undefined;
  if (typeof said === "object") return said[code] && current(said[code]);
  return codeOf(code).values ? current(said) : undefined;
}

/** Older files say warning and error. */
const current = (said: Severity | "warning" | "error"): Severity =>
  said === "warning" ? "warn" : said === "error" ? "reject" : said;

const isDrift = (code: FindingCode): boolean => /DRIFT|SKEW/.test(code);

/** What it is called on a finding. Rows that were kept apart no longer stand in the dataset. */
export const asFound = (severity: Exclude<Severity, "ignore">): Finding["severity"] =>
  ({ warn: "warning", quarantine: "quarantine", reject: "error" })[severity] as Finding["severity"];

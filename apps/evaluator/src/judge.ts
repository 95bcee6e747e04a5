import { sentenceOf, type PipelineSpec, type Problem } from "@millrace/contracts";
import { budgetGates, type Cost } from "./budget-gates.js";
import type { Differences, Figures } from "./figures.js";
import { floorGates, overfitGates } from "./floor-gates.js";
import type { Gate } from "./gate.js";
import { figure, titleOf } from "./in-words.js";
import { marginGates } from "./margin-gates.js";
import { fairnessGates, sliceGates } from "./slice-gates.js";
import type { ColumnSlices } from "./slices-of.js";

/** The model that serves, as it did on the same rows; without figures where it can't score them. */
export interface Champion {
  readonly version: number;
  readonly generation: number;
  readonly digest: string;
  readonly figures?: Figures;
  readonly problem?: Problem;
}

export interface Judgement {
  readonly gates: readonly Gate[];
  readonly failedGates: string[];
  readonly reason: string;
}

export interface Case {
  readonly pipeline: Pick<PipelineSpec, "accept" | "select">;
  readonly digest: string;
  readonly challenger: Figures;
  /** On training rows, where the pipeline bounds how much better they may look. */
  readonly training?: Record<string, number> | "unknown";
  readonly champion?: Champion;
  /** Challenger and champion on the same rows. */
  readonly differences?: Differences;
  readonly slices?: readonly ColumnSlices[];
  readonly cost: Cost;
  /** What has to be said of the test rows, whatever the verdict. */
  readonly warning?: string;
}

/** The verdict and the sentence that gives its reason. Without a champion the floors decide alone. */
export function judge(contest: Case): Judgement {
  const { champion, digest, warning } = contest;
  if (champion?.digest === digest) return sameModel(champion.version);
  const gates = gatesOf(contest);
  const failed = gates.filter(({ passed }) => !passed);
  const told = failed.length > 0 ? failed : gates;
  const verdict = failed.length > 0 ? "Rejected" : "Approved";
  const why = told.map(({ says }) => says).join("; ") || unopposed(contest);
  const sentence = `${verdict}${opponent(champion)}: ${why}.`;
  const reason = warning === undefined ? sentence : `${sentence} ${warning}`;
  return { gates, failedGates: failed.map(({ name }) => name), reason };
}

function gatesOf({ pipeline, challenger, training, champion, differences = {}, slices = [], cost }: Case): Gate[] {
  const { accept } = pipeline;
  const contest = champion?.figures && { challenger, champion: champion.figures, differences };
  return [
    ...floorGates(pipeline, challenger),
    ...overfitGates(pipeline, challenger, training),
    ...(contest === undefined ? [] : marginGates(pipeline, contest)),
    ...sliceGates(accept, slices),
    ...fairnessGates(accept, slices),
    ...budgetGates(accept, cost),
  ];
}

function sameModel(version: number): Judgement {
  const says = `the same model as version ${version}, which serves already: nothing to promote`;
  const gates = [{ name: "different", passed: false, says }];
  return { gates, failedGates: ["different"], reason: `T${says.slice(1)}.` };
}

/** The verdict on a package that can't be judged at all: it can't be loaded or asked, or it can't score the test rows. */
export function refuse(check: string, { message, where, remedy }: Problem): Judgement {
  const says = `${refusals[check] ?? "it can't be judged"}: ${where === undefined ? "" : `${where}: `}${message}`;
  const gate = { name: `package.${check}`, passed: false, says: says.replace(/\.$/, "") };
  const reason = ["Rejected: ", gate.says, ".", remedy === undefined ? "" : ` ${remedy}`].join("");
  return { gates: [gate], failedGates: [gate.name], reason };
}

const refusals: Readonly<Record<string, string>> = {
  load: "the package can't be loaded as inference would load it",
  query: "the package was loaded and can't answer training rows",
  rows: "the package does not answer the same each way it can be asked",
  trainer: "the package does not answer as the trainer's model did",
  score: "the model can't score the test rows",
};

function opponent(champion: Champion | undefined): string {
  if (champion === undefined) return " as the first version";
  if (champion.figures !== undefined) return "";
  const why = champion.problem ? ` (${sentenceOf(champion.problem)})` : "";
  return `; version ${champion.version} can't score these rows${why}`;
}

const unopposed = ({ pipeline: { select }, challenger }: Case): string =>
  `${titleOf(select.metric)} ${figure(challenger[select.metric]?.value)}, with nothing to compare with and no floor set`;

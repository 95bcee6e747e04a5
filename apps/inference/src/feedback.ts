import { feedbackRequest, issuesOf, type Feedback } from "@millrace/contracts";
import { HttpProblem, type Clock } from "@millrace/service";
import type { PredictionLog } from "./prediction-log/prediction-log.js";
import type { ServedModel } from "./served-model.js";
import type { Serving } from "./serving.js";

export interface FeedbackParts {
  serving: Pick<Serving, "versions" | "observeLabel">;
  log: PredictionLog;
  clock: Clock;
}

/** Keeps labels. They are on this machine's disk when it resolves; which of them are new, late or known already is all the same. */
export type TakeFeedback = (model: string, body: unknown, caller?: string) => Promise<{ accepted: number }>;

export function openFeedback({ serving, log, clock }: FeedbackParts): TakeFeedback {
  const compare = labelComparison(serving, log);
  return async (model, body, caller) => {
    const wishes = wishesIn(body);
    const labels = checkedLabels(wishes, serving.versions(model), Array.isArray(body));
    const lost = lostRows(log);
    const at = clock();
    const taken = wishes.map(({ prediction_id: predictionId }, place) =>
      log.writeLabel({ predictionId, at, model, label: labels[place]!, caller }),
    );
    const flushed = await log.flush();
    if (!flushed || taken.includes(false) || lostRows(log) !== lost) throw notKept();
    wishes.forEach(({ prediction_id: id }, place) => compare(id, model, labels[place]!));
    return { accepted: wishes.length };
  };
}

function wishesIn(body: unknown): Feedback[] {
  const parsed = feedbackRequest.safeParse(body);
  if (parsed.success) return [parsed.data].flat();
  throw new HttpProblem(422, {
    code: "FEEDBACK_INVALID",
    message: `${issuesOf(parsed.error)}.`,
    remedy: 'Send {"prediction_id": "…", "label": "…"}, an array of such, or NDJSON with one a line.',
  });
}

const truths: ReadonlyMap<string, string> = new Map([
  ["true", "1"],
  ["false", "0"],
]);

/** All of them or none: whoever sends them again after a mistake does no harm. */
function checkedLabels(wishes: readonly Feedback[], versions: readonly ServedModel[], several: boolean): string[] {
  const isRegression = versions.some(({ model }) => model.task === "regression");
  const classes = new Set(versions.flatMap(({ model }) => model.classes));
  const isLabel = (label: string) =>
    isRegression ? label.trim() !== "" && isFinite(Number(label)) : classes.has(label);
  // True and false of the data are 1 and 0 for the model.
  const inData = (label: string) => (isLabel(label) ? label : (truths.get(label.toLowerCase()) ?? label));
  const labels = wishes.map(({ label }) => inData(String(label)));
  const wrong = labels.flatMap((label, place) => (isLabel(label) ? [] : [{ label, place }]));
  if (wrong.length === 0) return labels;
  const expected = isRegression ? "a number" : `one of ${[...classes].slice(0, 50).join(", ")}`;
  throw new HttpProblem(400, {
    code: "LABEL_UNKNOWN",
    message: `${wrong.length} of ${labels.length} label(s) can't be an answer of this model.`,
    remedy: `A label is ${expected}.`,
    problems: wrong.slice(0, 100).map(({ label, place }) => ({
      pointer: several ? `/${place}/label` : "/label",
      message: `is ${JSON.stringify(label.slice(0, 100))}, not ${expected}`,
    })),
  });
}

/** Holds each label against the answer, once; late ones, whose answer this replica forgot, count for no rollout. */
function labelComparison(serving: FeedbackParts["serving"], log: PredictionLog) {
  const compared = new Set<string>();
  return (id: string, model: string, label: string): void => {
    const answer = log.recent(id);
    if (answer?.model !== model || compared.has(id)) return;
    const served = serving.versions(model).find(({ version }) => version === answer.version);
    if (served?.model.task !== "classification") return;
    compared.add(id);
    if (compared.size > COMPARED) compared.delete(compared.values().next().value!);
    serving.observeLabel(model, { id, ...answer }, label);
  };
}

const COMPARED = 32_768;

function lostRows(log: PredictionLog): number {
  const { memory = 0, disk = 0 } = log.details().dropped;
  return memory + disk;
}

const notKept = (): HttpProblem =>
  new HttpProblem(503, {
    code: "LABELS_NOT_KEPT",
    message: "the labels can't be written to this machine's disk now.",
    remedy: "Send them again later; those that were kept all the same do no harm.",
  });

const titles: Readonly<Record<string, string>> = {
  ...{ balanced_accuracy: "balanced accuracy", f1: "F1", roc_auc: "ROC-AUC", pr_auc: "PR-AUC", log_loss: "log loss" },
  ...{ brier: "Brier score", mcc: "MCC", calibration_error: "calibration error", selection_rate: "selection rate" },
  ...{ true_positive_rate: "true positive rate", false_positive_rate: "false positive rate" },
  equalized_odds: "rate of true or false positives",
};

/** A metric as people call it. */
export const titleOf = (metric: string): string => titles[metric] ?? metric;

/** Three digits behind the point and none before it where that is 0: .842; more digits where they are asked for. */
export function figure(value: number | undefined, digits = 3): string {
  if (value === undefined || !Number.isFinite(value)) return "(unknown)";
  return signed(Number.isInteger(value) ? String(value) : value.toFixed(digits));
}

/** A bound as it was written, in the same style. */
export const asWritten = (bound: number): string => signed(String(Number(bound.toPrecision(12))));

const signed = (text: string): string => text.replace(/^(-?)0\./, "$1.").replace(/^-/, "−");

/** As many digits as it takes for the rounded figures to say the same as the exact ones. */
export function digitsThatShow(isShown: (rounded: (value: number) => number) => boolean): number {
  const enough = [3, 4, 5].find((digits) => isShown((value) => Number(value.toFixed(digits))));
  return enough ?? 6;
}

export interface Range {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** (95 % .831–.853) */
export const rangeText = ({ low, high, confidence }: Range, digits = 3): string =>
  `${Number((100 * confidence).toFixed(2))} % ${figure(low, digits)}${low < 0 ? " to " : "–"}${figure(high, digits)}`;

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Milliseconds, to two digits that say something. */
export const milliseconds = (time: number): string => `${Number(time.toPrecision(2))} ms`;

export function bytesText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

import type { PreprocessStep } from "./preprocess-steps.js";

export interface Case {
  readonly step: PreprocessStep;
  /** Missing values stay missing, or what is unknown becomes one. */
  readonly keeps?: true;
  /** A search for neighbours and a hash have no operator in ONNX. */
  readonly notInOnnx?: true;
  /** What it is called where its way does not tell it from others. */
  readonly note?: string;
}

/** Every way of every step; a new one is a line here. */
export const cases: readonly Case[] = [
  { step: { impute: "numeric", with: "mean" } },
  { step: { impute: "numeric", with: "median" } },
  { step: { impute: "numeric", with: "median", indicators: true }, note: "with indicators" },
  { step: { impute: "numeric", with: "constant", value: -7 } },
  { step: { impute: "numeric", with: "most-frequent" } },
  { step: { impute: "numeric", with: "knn", neighbours: 3 }, notInOnnx: true },
  { step: { impute: "numeric", with: "knn", weights: "distance", sample: 40 }, notInOnnx: true, note: "by distance" },
  { step: { impute: "numeric", with: "keep" }, keeps: true },
  { step: { impute: "categorical", with: "most-frequent" } },
  { step: { impute: "categorical", with: "constant", value: "none" } },
  { step: { impute: "categorical", with: "constant", indicators: true }, note: "with indicators" },
  { step: { impute: "categorical", with: "keep" }, keeps: true },
  { step: { clip: "numeric", with: "quantiles" } },
  { step: { clip: "numeric", with: "iqr" } },
  { step: { scale: "numeric", with: "standard" } },
  { step: { scale: "numeric", with: "min-max" } },
  { step: { scale: "numeric", with: "robust" } },
  { step: { scale: "numeric", with: "max-abs" } },
  { step: { scale: "numeric", with: "power" } },
  { step: { scale: "numeric", with: "quantile" } },
  { step: { scale: "numeric", with: "quantile", output: "normal", quantiles: 20 }, note: "to normal" },
  { step: { scale: "numeric", with: "none" } },
  { step: { buckets: "numeric", with: "borders", borders: [-1, 0, 100] } },
  { step: { buckets: "numeric", with: "quantile" } },
  { step: { buckets: "numeric", with: "uniform", count: 30 } },
  { step: { encode: "categorical", with: "one-hot" } },
  { step: { encode: "categorical", with: "one-hot", unknown: "column", minFrequency: 0.05 }, note: "unknown: column" },
  { step: { encode: "categorical", with: "one-hot", unknown: "rare", minFrequency: 10 }, note: "unknown: rare" },
  { step: { encode: "categorical", with: "one-hot", columns: ["count", "colour"] }, note: "of numbers" },
  { step: { encode: "categorical", with: "ordinal" } },
  { step: { encode: "categorical", with: "ordinal", order: ["red", "green", "blue", "rare"] }, note: "in an order" },
  { step: { encode: "categorical", with: "native" }, keeps: true },
  { step: { encode: "categorical", with: "frequency" } },
  { step: { encode: "categorical", with: "hashing", outputs: 4 }, notInOnnx: true },
  { step: { encode: "categorical", with: "target" } },
  { step: { encode: "categorical", with: "target", smoothing: 10, folds: 3 }, note: "smoothed" },
  { step: { dates: ["when"] }, keeps: true },
  { step: { text: ["colour"] }, keeps: true, notInOnnx: true },
  { step: { derive: { ratio: "size / (count + 1)", warm: 'if(colour == "red", 1, 0)' } }, keeps: true },
];

/** What lets a single step stand alone: numbers are filled, texts are filled and encoded. */
const around: readonly PreprocessStep[] = [
  { impute: "numeric", with: "median" },
  { impute: "categorical", with: "most-frequent" },
  { encode: "categorical", with: "ordinal" },
];
/** Derived columns may have missing values for their own reasons, and an unknown category is missing to an order. */
const kept: PreprocessStep[] = [
  { impute: "numeric", with: "keep" },
  { impute: "categorical", with: "keep" },
];

const taskOf = (step: PreprocessStep) => JSON.stringify(Object.entries(step)[0]);
const derives = (step: PreprocessStep) => !("with" in step);

export function pipelineOf({ step }: Case): PreprocessStep[] {
  const base = derives(step) ? [...kept, around[2]!] : around;
  return [step, ...base.filter((each) => taskOf(each) !== taskOf(step) || "columns" in step)];
}

export const nameOf = ({ step, note }: Case): string =>
  [...Object.entries(step)[0]!, "with" in step ? step.with : ""]
    .filter((part) => typeof part === "string" && part !== "")
    .concat(note ?? [])
    .join(" ");

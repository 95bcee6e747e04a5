import * as z from "zod";

const name = z.string().min(1);
const columns = z.array(name).min(1).optional().describe("These columns; all of their kind where it is left out");
const whole = z.number().int().positive().optional();
const indicators = z.boolean().optional().describe("Adds a column that says where a value was missing");

const impute = [
  z.strictObject({
    impute: z.literal("numeric"),
    with: z.enum(["mean", "median", "constant", "most-frequent", "knn", "keep"]),
    columns,
    value: z.number().optional().describe("For constant"),
    neighbours: whole.describe("For knn: 5 where it is left out"),
    weights: z.enum(["uniform", "distance"]).optional().describe("For knn"),
    sample: whole.describe("For knn: how many training rows are looked among; 5,000 where it is left out"),
    indicators,
  }),
  z.strictObject({
    impute: z.literal("categorical"),
    with: z.enum(["most-frequent", "constant", "keep"]),
    columns,
    value: z.string().optional().describe("For constant"),
    indicators,
  }),
] as const;

const clip = z.strictObject({
  clip: z.literal("numeric"),
  with: z.enum(["quantiles", "iqr"]),
  columns,
  low: z.number().min(0).max(1).optional().describe("For quantiles: 0.01 where it is left out"),
  high: z.number().min(0).max(1).optional().describe("For quantiles: 0.99 where it is left out"),
  factor: z.number().positive().optional().describe("For iqr: 1.5 where it is left out"),
});

const scale = z.strictObject({
  scale: z.literal("numeric"),
  with: z.enum(["standard", "min-max", "robust", "max-abs", "power", "quantile", "none"]),
  columns,
  output: z.enum(["uniform", "normal"]).optional().describe("For quantile"),
  quantiles: whole.describe("For quantile: 1,000 where it is left out"),
});

const buckets = z.strictObject({
  buckets: z.literal("numeric"),
  with: z.enum(["borders", "quantile", "uniform"]),
  columns,
  borders: z.array(z.number()).min(1).optional().describe("For borders: rising"),
  count: z.number().int().min(2).optional().describe("5 where it is left out"),
});

const encode = z.strictObject({
  encode: z.literal("categorical"),
  with: z.enum(["one-hot", "ordinal", "native", "frequency", "hashing", "target"]),
  columns,
  minFrequency: z
    .number()
    .positive()
    .optional()
    .describe("Rarer categories share a column; below 1 a share of the rows"),
  unknown: z.enum(["ignore", "column", "rare"]).optional().describe("For one-hot: what a new category becomes"),
  order: z.array(z.string()).min(1).optional().describe("For ordinal: from low to high"),
  outputs: whole.describe("For hashing: 16 where it is left out"),
  signed: z.boolean().optional().describe("For hashing"),
  smoothing: z
    .union([z.literal("auto"), z.number().min(0)])
    .optional()
    .describe("For target"),
  folds: z.number().int().min(2).optional().describe("For target: 5 where it is left out"),
});

const dates = z.strictObject({
  dates: z.array(name).min(1).describe("Columns with dates, which become numbers"),
  parts: z
    .array(z.enum(["year", "month", "day", "weekday", "hour", "days"]))
    .min(1)
    .optional(),
});

const text = z.strictObject({
  text: z.array(name).min(1).describe("Columns with texts, which are counted"),
  parts: z
    .array(z.enum(["length", "words", "digits"]))
    .min(1)
    .optional(),
});

export const preprocess = z.array(z.union([...impute, clip, scale, buckets, encode, dates, text])).default([
  { impute: "numeric", with: "median" },
  { impute: "categorical", with: "most-frequent" },
  { scale: "numeric", with: "standard" },
  { encode: "categorical", with: "one-hot" },
]);

const way = z.enum([
  "none",
  "smote",
  "smote-nc",
  "smote-tomek",
  "smote-enn",
  "tomek-links",
  "edited-nearest-neighbours",
  "over",
  "under",
  "class-weight",
]);

const parameter = z.union([z.number(), z.string(), z.boolean()]);

export const resample = z
  .union([way, z.strictObject({ with: way, params: z.record(z.string(), parameter).default({}) })])
  .default("none")
  .describe("How classes of different size are evened out: on the rows that are learned from, and on no others");

export type ResampleSpec = z.infer<typeof resample>;
export type PreprocessSpec = z.infer<typeof preprocess>;

export const resamplingOf = (spec: ResampleSpec): Exclude<ResampleSpec, string> =>
  typeof spec === "string" ? { with: spec, params: {} } : spec;

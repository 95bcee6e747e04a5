import * as z from "zod";
import { parseYaml, type YamlSource } from "./pipeline/yaml-document.js";

const name = z.string().min(1);
const texts = z.coerce.string();

const feature = z.strictObject({
  name,
  kind: z.enum(["number", "text"]).default("number"),
  categories: z
    .array(texts)
    .min(1)
    .optional()
    .describe("The texts that it may be, for forms; others are taken as well"),
  min: z.number().optional(),
  max: z.number().optional(),
  example: z.union([z.number(), z.string()]).optional().describe("An ordinary value: the model is tried with it"),
  missing: z.boolean().default(false).describe("Whether the model takes a missing value: NaN, or the empty text"),
});

const names = z.union([name.transform((one) => [one]), z.array(name).min(1)]);

/** What an ONNX model does not say of itself. */
export const onnxSchema = z
  .strictObject({
    target: name.describe("What it predicts"),
    task: z.enum(["classification", "regression"]).default("classification"),
    classes: z.array(texts).default([]).describe("In the order of the probabilities; none for a regression"),
    positive: texts.optional().describe("Of two classes: the one that the threshold is about; unset: the second"),
    threshold: z.number().min(0).max(1).default(0.5).describe("From which probability on the positive class is said"),
    features: z.array(feature).min(1).describe("In the order of the model's columns"),
    inputs: z
      .record(name, z.array(name).min(1))
      .optional()
      .describe("Which features each input of the graph holds; unset: one input of all, or one a feature"),
    outputs: z
      .strictObject({
        label: name.optional(),
        probabilities: names.optional().describe("One output, or one a class in their order"),
        value: name.optional().describe("Of a regression"),
      })
      .default({})
      .describe("The outputs of the graph; unset: those of the right kind"),
  })
  .refine(({ task, classes }) => (task === "regression" ? classes.length === 0 : classes.length >= 2), {
    path: ["classes"],
    error: "a classification has two classes or more, a regression none",
  })
  .refine(({ positive, classes }) => positive === undefined || classes.includes(positive), {
    path: ["positive"],
    error: "is none of the classes",
  })
  .meta({ id: "OnnxSchema", description: "The schema that an ONNX model is imported with" });

export type OnnxSchema = z.infer<typeof onnxSchema>;

/** Reads a schema as YAML or JSON; every mistake is told with its line. */
export const parseOnnxSchema = (source: YamlSource): OnnxSchema => parseYaml(onnxSchema, source, "ONNX_SCHEMA_INVALID");

import { predictManyRequest, predictManyResponse, predictOneRequest, predictResponse } from "@millrace/contracts";
import * as z from "zod";
import type { ServedModel } from "../served-model.js";

export type Json = Readonly<Record<string, unknown>>;

export const refTo = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

const problem: Json = {
  type: "object",
  description: "RFC 9457: what was wrong, where, and what to do",
  required: ["title", "status", "code"],
  properties: {
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", description: "Stays the same from version to version" },
    detail: { type: "string" },
    where: { type: "string" },
    remedy: { type: "string" },
    instance: { type: "string" },
    problems: {
      type: "array",
      description: "Each wrong field, by a JSON pointer into what was sent",
      items: {
        type: "object",
        required: ["pointer", "message"],
        properties: { pointer: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

/** A schema and what it is made of, each under the name that the contract gives it. */
function named(name: string, schema: z.ZodType): Json {
  const text = JSON.stringify(z.toJSONSchema(schema, { io: "input" })).replaceAll("#/$defs/", "#/components/schemas/");
  const { $schema: _dialect, $defs = {}, ...own } = JSON.parse(text) as { $schema: string; $defs?: Json };
  return { [name]: own, ...$defs };
}

/** What every model's requests and answers are made of, as the contracts say it. */
export const sharedSchemas = (): Json => ({
  ...named("PredictOneRequest", predictOneRequest),
  ...named("PredictManyRequest", predictManyRequest),
  ...named("PredictResponse", predictResponse),
  ...named("PredictManyResponse", predictManyResponse),
  Problem: problem,
});

/** The rows that one model takes: its features by name or by position, each of which may be missing. */
export function rowSchema({ model: { features } }: ServedModel): Json {
  const cells = features.map(({ name, kind, example, min, max, categories, date }) => ({
    title: name,
    type: kind === "text" ? ["string", "null"] : ["number", ...(date === true ? ["string"] : []), "null"],
    ...(example !== null && { examples: [example] }),
    ...(min !== undefined && { description: seenFrom(min, max!, date) }),
    ...(categories !== undefined && { description: `Seen: ${categories.slice(0, 20).join(", ")}` }),
  }));
  const byName = {
    type: "object",
    properties: Object.fromEntries(features.map(({ name }, index) => [name, cells[index]])),
    ...{ required: features.map(({ name }) => name), additionalProperties: false },
  };
  const byPosition = {
    type: "array",
    prefixItems: cells,
    items: false,
    minItems: cells.length,
    maxItems: cells.length,
  };
  return { oneOf: [byName, byPosition] };
}

const seenFrom = (min: number, max: number, date = false): string =>
  `Seen from ${min} to ${max}${date ? ": milliseconds since 1970, or a date such as 2026-01-31T10:00:00Z" : ""}`;

export const exampleRow = ({ model }: ServedModel): Json =>
  Object.fromEntries(model.features.map(({ name, example }) => [name, example]));

/** A request for one model, for one row or several. */
export const requestSchema = (row: string): Json => ({
  oneOf: [
    { type: "object", required: ["features"], additionalProperties: false, properties: { features: refTo(row), key } },
    {
      type: "object",
      required: ["instances"],
      additionalProperties: false,
      properties: { instances: { type: "array", minItems: 1, items: refTo(row) }, key },
    },
  ],
});

const key = {
  type: "string",
  maxLength: 256,
  description: "Whom the row is about: during a rollout the same key is answered by the same version",
};

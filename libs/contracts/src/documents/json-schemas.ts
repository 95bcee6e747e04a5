import { z } from "zod";
import { cloudEventSchema } from "../cloud-event.js";
import { dataSchemaOf, type AnyEvent } from "../define-event.js";

type Json = Record<string, unknown>;

export const jsonSchema = (schema: z.ZodType): Json =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;

/** The JSON Schema of a whole message: the envelope with this event's type and data. */
export function messageSchema(event: AnyEvent): Json {
  const envelope = jsonSchema(cloudEventSchema) as { properties: Json; required: string[] };
  const { $schema: _dialect, ...data } = jsonSchema(event.schema);
  return {
    ...envelope,
    id: undefined,
    title: event.type,
    description: event.summary,
    required: [...envelope.required.filter((name) => name !== "data"), "data"],
    properties: {
      ...envelope.properties,
      type: { const: event.type },
      dataschema: { const: dataSchemaOf(event) },
      data,
    },
  };
}

import * as z from "zod";
import { cloudEventSchema } from "../cloud-event.js";
import { dataSchemaOf, type AnyEvent } from "../define-event.js";

type Json = Record<string, unknown>;

export const jsonSchema = (schema: z.ZodType): Json =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;

/** The JSON Schema of a whole message: the envelope with this event's type and data. */
export const messageSchema = (event: AnyEvent): Json =>
  jsonSchema(
    cloudEventSchema
      .extend({
        type: z.literal(event.type),
        dataschema: z.literal(dataSchemaOf(event)).optional(),
        data: event.schema,
      })
      .meta({ title: event.type, description: event.summary }),
  );

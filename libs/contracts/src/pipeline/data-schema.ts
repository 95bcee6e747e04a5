import { z } from "zod";

const column = z.strictObject({
  name: z.string().min(1),
  type: z.enum(["number", "text"]),
  required: z.boolean().default(true).describe("Whether the column has to be there"),
  missing: z.number().min(0).max(1).default(0).describe("The largest share of missing values"),
  min: z.number().optional(),
  max: z.number().optional(),
  categories: z.array(z.string()).optional().describe("The known values of a text column"),
  severity: z.enum(["warning", "error"]).default("error").describe("What a breach of range or categories is"),
});

/** What the rows of a dataset have to look like: schema.yaml. */
export const dataSchema = z
  .strictObject({ columns: z.array(column).min(1) })
  .meta({ id: "DataSchema", description: "schema.yaml: what the columns of a dataset must look like" });

export type DataSchema = z.infer<typeof dataSchema>;
export type ColumnSchema = DataSchema["columns"][number];

import { dataSchema, type DataSchema } from "@millrace/contracts";
import { defineCollection, type RecordStore } from "@millrace/storage";

const schemas = defineCollection<{ schema: DataSchema }>({ name: "schemas", indexes: {} });

/** The schema that the first dataset of a pipeline had: whoever comes first writes it, everyone reads the same one. */
export const rememberedSchemas = (store: RecordStore) => ({
  /** One that an earlier version wrote is read as an old schema.yaml is. */
  async find(pipeline: string): Promise<DataSchema | undefined> {
    const known = await store.records(schemas).get(pipeline);
    return known && dataSchema.parse(known.value.schema);
  },
  async remember(pipeline: string, schema: DataSchema): Promise<DataSchema> {
    const { record } = await store.records(schemas).putIfAbsent(pipeline, { schema });
    return dataSchema.parse(record.value.schema);
  },
});

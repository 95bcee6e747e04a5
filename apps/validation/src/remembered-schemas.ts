import type { DataSchema } from "@millrace/contracts";
import { defineCollection, type RecordStore } from "@millrace/storage";

const schemas = defineCollection<{ schema: DataSchema }>({ name: "schemas", indexes: {} });

/** The schema that the first dataset of a pipeline had: whoever comes first writes it, everyone reads the same one. */
export const rememberedSchemas = (store: RecordStore) => ({
  async ofPipeline(pipeline: string, infer: () => DataSchema): Promise<DataSchema> {
    const records = store.records(schemas);
    const known = await records.get(pipeline);
    if (known !== undefined) return known.value.schema;
    return (await records.putIfAbsent(pipeline, { schema: infer() })).record.value.schema;
  },
});

import type { Collection } from "mongodb";
import { orderOf, valueOf, type RecordDocument } from "./mongodb-document.js";
import type { CollectionDefinition } from "./record-store.js";
import { indexId } from "./sort-key.js";

const BATCH = 500;

/** Makes a collection's indexes, and fills them for documents that were written before they were defined. Safe to repeat. */
export async function prepareIndexes<T>(
  collection: Collection<RecordDocument>,
  definition: CollectionDefinition<T>,
  bounded: <R>(step: Promise<R>) => Promise<R>,
): Promise<void> {
  const ids = Object.entries(definition.indexes).map(([index, fields]) => indexId(index, fields));
  if (ids.length === 0) return;
  await bounded(collection.createIndexes(ids.map((id) => ({ key: { [`order.${id}`]: 1 }, name: id }))));
  for (const id of ids) while ((await bounded(fillSome(collection, definition, id))) === BATCH);
}

/** A document that someone changes meanwhile is left to that writer: the filter names the version that was read. */
async function fillSome<T>(
  collection: Collection<RecordDocument>,
  definition: CollectionDefinition<T>,
  id: string,
): Promise<number> {
  const field = `order.${id}`;
  const documents = await collection
    .find({ [field]: null })
    .limit(BATCH)
    .toArray();
  if (documents.length === 0) return 0;
  const fill = (document: RecordDocument) => ({
    updateOne: {
      filter: { _id: document._id, version: document.version },
      update: { $set: { [field]: orderOf(definition, document._id, valueOf(document))[id]! } },
    },
  });
  await collection.bulkWrite(documents.map(fill), { ordered: false });
  return documents.length;
}

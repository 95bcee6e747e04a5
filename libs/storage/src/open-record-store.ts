import type { RecordStore, RecordStoreConfig } from "./record-store.js";

const now = (): Date => new Date();

/** A driver's SDK is loaded only when it is the one: MongoDB's costs a start-up what lmdb does not. */
export async function openRecordStore({ dir, mongoUri, clock = now }: RecordStoreConfig): Promise<RecordStore> {
  if (mongoUri === undefined || mongoUri === "") {
    const { openEmbeddedRecords } = await import("./embedded.js");
    return openEmbeddedRecords({ dir, clock });
  }
  const { openMongodbRecords } = await import("./mongodb.js");
  return openMongodbRecords({ uri: mongoUri, clock });
}

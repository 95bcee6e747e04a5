export type * from "./artifact-store.js";
export { openArtifactStore } from "./open-artifact-store.js";
export { openRecordStore } from "./open-record-store.js";
export * from "./record-store.js";
export type { ListedObject } from "./object-listing.js";
export { openObjectSource, type ObjectSource } from "./object-source.js";

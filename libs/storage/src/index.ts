export type * from "./artifact-store.js";
export { openArtifactStore } from "./open-artifact-store.js";
export { openRecordStore } from "./open-record-store.js";
export * from "./record-store.js";

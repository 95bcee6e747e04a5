export { pushHistory, type HistoryToPush } from "./push-history.js";
export type { Pushed } from "./push.js";
export { openTracking, type TrackingConfig } from "./open-tracking.js";
export {
  KEY_TAG,
  type LoggedDataset,
  type LoggedMetric,
  type PackagedFile,
  type RunToOpen,
  type Tracking,
  type VersionToRegister,
} from "./tracking.js";

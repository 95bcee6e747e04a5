export { pushHistory, type HistoryToPush, type Pushed } from "./push-history.js";
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

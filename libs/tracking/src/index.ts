export { openTracking, type TrackingConfig } from "./open-tracking.js";
export {
  KEY_TAG,
  type LoggedMetric,
  type PackagedFile,
  type RunToOpen,
  type Tracking,
  type VersionToRegister,
} from "./tracking.js";

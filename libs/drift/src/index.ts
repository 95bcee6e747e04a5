export type * from "./profile.js";
export type * from "./drift-report.js";
export { openProfiler, profileTable, type Profiler } from "./profiler.js";
export { mergeProfiles } from "./merge-profiles.js";
export { missingShare, quantile, shareBelow, shareOf, standardDeviation } from "./read-profile.js";
export { histogram, type Bar, type Histogram } from "./histogram.js";
export { shapeOf } from "./text-shape.js";
export { compareProfiles } from "./compare-profiles.js";

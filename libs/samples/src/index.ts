export { bestScore, type BestMetric, type BestScore } from "./best-score.js";
export { makeSample, sampleKinds, type Sample, type SampleFile, type SampleOptions } from "./make-sample.js";
export type { Cell, SampleKind } from "./sample.js";

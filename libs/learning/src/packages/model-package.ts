import { ProblemError } from "@millrace/contracts";
import type { CalibrationState } from "../calibration/calibration.js";
import type { FeatureDescription } from "../preprocessing/describe-features.js";
import type { ModelState } from "../models/family.js";
import type { PreprocessorState } from "../preprocessing/preprocessor-state.js";
import { decodeFile, encodeFile, PACKAGE_FORMAT } from "./package-file.js";

export { PACKAGE_FORMAT };

/** All that is needed to serve a model, and where it comes from. JSON with arrays of numbers in it. */
export interface ModelPackage {
  readonly model: ModelState;
  readonly preprocessor: PreprocessorState;
  /** Empty for a regression. */
  readonly classes: readonly string[];
  /** What makes the model's probabilities those that are given; they are given as they are where there is none. */
  readonly calibration?: CalibrationState;
  readonly target: string;
  readonly positive?: string;
  /** With two classes: from which probability on the positive one is predicted; 0.5 by default. */
  readonly threshold?: number;
  /** In the order of the preprocessor's inputs: what a row holds by position. */
  readonly features: readonly FeatureDescription[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Which data it learnt from: digests, counts of rows. */
  readonly trainedOn?: Readonly<Record<string, unknown>>;
}

/** The same content gives the same bytes, so a package is content-addressed. */
export function packModel(content: ModelPackage): Uint8Array {
  refuseOtherFeatures(content);
  refuseOtherClasses(content);
  return encodeFile(content);
}

/** Reads a package; whatever is not exactly what packModel wrote is refused. Its arrays are views of the bytes. */
export const unpackModel = (bytes: Uint8Array): ModelPackage => decodeFile(bytes) as ModelPackage;

/** The same of bytes that were verified a moment ago. */
export const readVerified = (bytes: Uint8Array): ModelPackage => decodeFile(bytes, { verified: true }) as ModelPackage;

function refuseOtherClasses({ classes, model }: ModelPackage): void {
  if (classes.length === model.classes) return;
  throw new ProblemError({
    code: "PACKAGE_CLASSES_WRONG",
    message: `the model tells ${model.classes} classes apart, and ${classes.length} are named.`,
    remedy: "Name the classes that the model was fitted on; none for a regression.",
  });
}

function refuseOtherFeatures({ features, preprocessor }: ModelPackage): void {
  const described = features.map(({ name }) => name).join("\n");
  if (described === preprocessor.inputs.map(({ name }) => name).join("\n")) return;
  throw new ProblemError({
    code: "PACKAGE_FEATURES_WRONG",
    message: "the features described are not the preprocessor's, in its order.",
    remedy: "Describe the features that the preprocessor was fitted on.",
  });
}

import { canonicalJson, digestOf, ProblemError } from "@millrace/contracts";
import type { FeatureDescription } from "../preprocessing/describe-features.js";
import type { ModelState } from "../models/family.js";
import type { PreprocessorState } from "../preprocessing/preprocessor-state.js";

export const PACKAGE_FORMAT = "millrace-model/1";

/** All that is needed to serve a model, and where it comes from. Plain JSON. */
export interface ModelPackage {
  readonly model: ModelState;
  readonly preprocessor: PreprocessorState;
  readonly classes: readonly string[];
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
  return new TextEncoder().encode(canonicalJson({ ...content, format: PACKAGE_FORMAT, checksum: checksumOf(content) }));
}

/** Reads a package; whatever is not exactly what packModel wrote is refused. */
export function unpackModel(bytes: Uint8Array): ModelPackage {
  const { format, checksum, ...content } = parse(bytes) as unknown as ModelPackage & {
    format?: unknown;
    checksum?: unknown;
  };
  if (format !== PACKAGE_FORMAT) throw corrupt(`its format is ${JSON.stringify(format)} and not "${PACKAGE_FORMAT}"`);
  if (checksum !== checksumOf(content)) throw corrupt("its content does not match its checksum");
  return content;
}

// Through JSON first: what is written must give the digest of what is read.
const checksumOf = (content: unknown): string => digestOf(JSON.parse(JSON.stringify(content)));

function parse(bytes: Uint8Array): Record<string, unknown> {
  const value = parseJson(bytes);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw corrupt("it is not a JSON object");
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
}

const corrupt = (why: string, cause?: unknown): ProblemError =>
  new ProblemError(
    {
      code: "PACKAGE_CORRUPT",
      message: `this is no model package that can be used: ${why}.`,
      remedy: "Fetch the package again, or train the model again.",
    },
    { cause },
  );

function refuseOtherFeatures({ features, preprocessor }: ModelPackage): void {
  const described = features.map(({ name }) => name).join("\n");
  if (described === preprocessor.inputs.map(({ name }) => name).join("\n")) return;
  throw new ProblemError({
    code: "PACKAGE_FEATURES_WRONG",
    message: "the features described are not the preprocessor's, in its order.",
    remedy: "Describe the features that the preprocessor was fitted on.",
  });
}

import { ProblemError } from "@millrace/contracts";
import type { Cell } from "./cells.js";
import type { DifferentSketch } from "./different-values.js";
import type { NumberProfile, TextProfile } from "./profile.js";

interface NumberSketch {
  readonly cells: readonly Cell[];
  readonly different: DifferentSketch;
}

export function numberSketch({ name, sketch }: NumberProfile): NumberSketch {
  const found = sketch as Partial<NumberSketch> | undefined;
  if (Array.isArray(found?.cells) && found.different !== undefined) return found as NumberSketch;
  throw unreadable(name);
}

export function differentTexts({ name, sketch }: TextProfile): DifferentSketch {
  const found = sketch as { different?: DifferentSketch } | undefined;
  if (found?.different !== undefined) return found.different;
  throw unreadable(name);
}

const unreadable = (name: string): ProblemError =>
  new ProblemError({
    code: "PROFILE_UNREADABLE",
    message: `The profile of the column "${name}" has no sketch that this version can read.`,
    remedy: "Profile the dataset again.",
  });

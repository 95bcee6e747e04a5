import { classWeight } from "./class-weight.js";
import { editedNearestNeighbours } from "./edited-nearest-neighbours.js";
import { randomOver } from "./random-over.js";
import { randomUnder } from "./random-under.js";
import { refuse } from "./requirements.js";
import { resamplerOf } from "./resample-rules.js";
import { unchanged } from "./resampled-rows.js";
import type { Resampler } from "./resampler.js";
import { smoteEnn } from "./smote-enn.js";
import { smoteNc } from "./smote-nc.js";
import { smoteTomek } from "./smote-tomek.js";
import { smote } from "./smote.js";
import { tomekLinks } from "./tomek-links.js";

const none = resamplerOf("none", {}, unchanged);

const all = [
  none,
  smote,
  smoteNc,
  smoteTomek,
  smoteEnn,
  tomekLinks,
  editedNearestNeighbours,
  randomUnder,
  randomOver,
  classWeight,
];

/** Every way to resample, by the name that stands in pipeline.yaml. */
export const resamplers: Readonly<Record<string, Resampler>> = Object.fromEntries(
  all.map((resampler) => [resampler.name, resampler]),
);

export function resamplerNamed(name: string): Resampler {
  const resampler = Object.hasOwn(resamplers, name) ? resamplers[name] : undefined;
  if (resampler) return resampler;
  refuse(
    "RESAMPLER_UNKNOWN",
    `there is no resampler named ${JSON.stringify(name)}.`,
    `The resamplers are ${Object.keys(resamplers).join(", ")}.`,
  );
}

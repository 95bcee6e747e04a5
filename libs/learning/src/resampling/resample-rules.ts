import type { Parameters } from "../models/family.js";
import { defaultsOf, oneOf, parametersOf, share, wholeNumber, type ParameterRule } from "../models/parameters.js";
import type { Resampler } from "./resampler.js";

/** The rows that a smaller class has for each row of the largest one, when all is done. */
export const ratioRule = share(1);

export const neighboursRule = (count: number): ParameterRule => wholeNumber(count, 1, 1000);

/** imbalanced-learn calls the first "auto": every class but the smallest loses rows. */
export const removeRule = oneOf("not-minority", ["not-minority", "majority", "all"]);
export const removeFromAllRule: ParameterRule = { ...removeRule, default: "all" };

export function resamplerOf(
  name: string,
  rules: Readonly<Record<string, ParameterRule>>,
  resample: Resampler["resample"],
): Resampler {
  return {
    name,
    defaults: defaultsOf(rules),
    parameters: (given): Parameters => parametersOf(name, rules, given),
    resample,
  };
}

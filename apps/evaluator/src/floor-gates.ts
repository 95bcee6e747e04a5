import type { PipelineSpec } from "@millrace/contracts";
import { greaterIsBetter, type MetricName } from "@millrace/learning";
import type { Figures } from "./figures.js";
import { entriesOf, intervalText, rounding, type Gate } from "./gate.js";
import { asWritten, digitsThatShow, figure, titleOf } from "./in-words.js";

type Asked = Pick<PipelineSpec, "accept" | "select">;

export const meets = (metric: MetricName, value: number, bound: number): boolean =>
  greaterIsBetter(metric) ? value >= bound - rounding : value <= bound + rounding;

export const boundName = (metric: MetricName): string => (greaterIsBetter(metric) ? "floor" : "ceiling");

/** Bounds that hold whoever serves. What can't be measured does not meet one. */
export const floorGates = ({ accept }: Asked, challenger: Figures): Gate[] =>
  entriesOf(accept.at_least).map(([metric, bound]) => {
    const found = challenger[metric];
    const value = found?.value ?? NaN;
    const passed = meets(metric, value, bound);
    const digits = digitsThatShow((rounded) => meets(metric, rounded(value), bound) === passed);
    const known = figure(value, digits) + intervalText(found, accept.confidence, digits);
    const verb = passed ? "meets" : "misses";
    const says = `${titleOf(metric)} ${known} ${verb} the ${boundName(metric)} of ${asWritten(bound)}`;
    return { name: `at_least.${metric}`, passed, says };
  });

/** What is much better on the rows that it learned from has learned them by heart. */
export function overfitGates(
  { accept, select }: Asked,
  challenger: Figures,
  training?: Record<string, number> | "unknown",
): Gate[] {
  const { metric } = select;
  const bound = accept.overfit_gap;
  if (bound === undefined) return [];
  if (training === "unknown")
    return [{ name: "overfit_gap", passed: true, says: "what it learned from is not known, so no gap is judged" }];
  const [seen, unseen] = [training?.[metric] ?? NaN, challenger[metric]?.value ?? NaN];
  const isWithin = (one: number, other: number) =>
    (greaterIsBetter(metric) ? one - other : other - one) <= bound + rounding;
  const passed = isWithin(seen, unseen);
  const digits = digitsThatShow((rounded) => isWithin(rounded(seen), rounded(unseen)) === passed);
  const both = `${titleOf(metric)} ${figure(seen, digits)} on training rows and ${figure(unseen, digits)} on test rows`;
  const says = `${both} are ${passed ? "no more than" : "more than"} ${asWritten(bound)} apart`;
  return [{ name: "overfit_gap", passed, says }];
}

import { ProblemError, type CandidateSpec, type SelectSpec } from "@millrace/contracts";
import { familyNamed, type Candidate, type Dimension, type SearchMethod } from "@millrace/learning";
import { paramsOf, type Setting } from "./fit-job.js";

type Written = NonNullable<CandidateSpec["search"]>[string];
type WrittenRange = Exclude<Written, readonly unknown[]>;

/** The candidates as a search takes them. A parameter that the family does not have, or not so, is refused before any fit. */
export const searchedOf = (candidates: readonly CandidateSpec[]): Candidate[] =>
  candidates.map((candidate) => ({
    family: candidate.model,
    params: paramsOf(candidate),
    ...(candidate.search && { space: spaceOf(candidate) }),
  }));

const spaceOf = (candidate: CandidateSpec): Record<string, Dimension> =>
  Object.fromEntries(
    Object.entries(candidate.search ?? {}).map(([name, written]) => [name, dimensionOf(candidate, name, written)]),
  );

function dimensionOf({ model }: CandidateSpec, name: string, written: Written): Dimension {
  const { parameters } = familyNamed(model);
  if (isRange(written)) {
    for (const value of [written.from, written.to]) parameters({ [name]: value });
    const { from: min, to: max, ...rest } = written;
    return { min, max, ...rest, integer: isWhole(model, name, written) };
  }
  for (const value of written) parameters({ [name]: value });
  return written;
}

const isRange = (written: Written): written is WrittenRange => !Array.isArray(written);

/** Whether the family takes whole numbers only: it says so of a number between the ends that is none. */
function isWhole(model: string, name: string, { from, to }: WrittenRange): boolean {
  if (!Number.isInteger(from) || !Number.isInteger(to)) return false;
  try {
    familyNamed(model).parameters({ [name]: from + 0.5 });
    return false;
  } catch (error) {
    if (error instanceof ProblemError) return true;
    throw error;
  }
}

/** A grid where every space has an end; a search that learns from what it found otherwise. */
export function methodOf({ search }: SelectSpec, candidates: readonly Candidate[]): SearchMethod {
  if (search !== undefined) return search;
  const endless = (dimension: Dimension) => "min" in dimension && dimension.steps === undefined;
  return candidates.some(({ space = {} }) => Object.values(space).some(endless)) ? "tpe" : "grid";
}

/** Whether a setting is one of the candidate's: candidates of one family differ in what of them is fixed and searched. */
export const isOf = ({ family, params = {}, space = {} }: Candidate, setting: Setting): boolean =>
  family === setting.family &&
  Object.entries(params).every(([name, value]) => JSON.stringify(setting.params[name]) === JSON.stringify(value)) &&
  Object.keys(setting.params).every((name) => name in params || name in space);

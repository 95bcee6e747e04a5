import { ProblemError } from "@millrace/contracts";
import type { Random } from "../data/random.js";
import type { Parameters, ParameterValue } from "../models/family.js";

/** Values to choose from, or a range of numbers. */
export type Dimension = readonly ParameterValue[] | Range;

export interface Range {
  readonly min: number;
  readonly max: number;
  /** The same number of trials in each order of magnitude. */
  readonly log?: boolean;
  readonly integer?: boolean;
  /** How many values of it a grid has. */
  readonly steps?: number;
}

export type SearchSpace = Readonly<Record<string, Dimension>>;

/** A model and what of it is tried: `params` are fixed, `space` is searched. */
export interface Candidate {
  readonly family: string;
  readonly params?: Parameters;
  readonly space?: SearchSpace;
}

export const isChoice = (dimension: Dimension): dimension is readonly ParameterValue[] => Array.isArray(dimension);

export function requireSpace({ family, space = {} }: Candidate): void {
  for (const [name, dimension] of Object.entries(space)) {
    const wrong = isChoice(dimension) ? choiceProblem(dimension) : rangeProblem(dimension);
    if (wrong === undefined) continue;
    throw new ProblemError({
      code: "SEARCH_SPACE_INVALID",
      where: `${family}.${name}`,
      message: `${wrong}.`,
      remedy: "Give a list of values, or { min, max } with min below max (and above 0 with log).",
    });
  }
}

const choiceProblem = (values: readonly ParameterValue[]): string | undefined =>
  values.length > 0 ? undefined : "the list of its values is empty";

function rangeProblem({ min, max, log, integer, steps }: Range): string | undefined {
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max)) return `${min} to ${max} is no range`;
  if (log && min <= 0) return `${min} to ${max} has no logarithm`;
  if (integer && !(Number.isInteger(min) && Number.isInteger(max))) return `${min} to ${max} has no whole ends`;
  return steps === undefined || (Number.isInteger(steps) && steps >= 2) ? undefined : `${steps} steps are too few`;
}

/** The value at a place from 0 to 1; whole numbers have places of one width. */
export function valueAt(range: Range, place: number): number {
  const [low, high] = endsOf(range);
  const at = low + place * (high - low);
  const value = range.log ? Math.exp(at) : at;
  const whole = range.integer ? Math.round(value) : value;
  return Math.min(Math.max(whole, range.min), range.max);
}

export function placeOf(range: Range, value: number): number {
  const [low, high] = endsOf(range);
  const at = range.log ? Math.log(value) : value;
  return Math.min(Math.max((at - low) / (high - low), 0), 1);
}

function endsOf({ min, max, log, integer }: Range): [number, number] {
  const half = integer ? 0.5 : 0;
  const ends: [number, number] = [min - half, max + half];
  return log ? [Math.log(ends[0]), Math.log(ends[1])] : ends;
}

export const drawPoint = (space: SearchSpace, random: Random): Parameters =>
  Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, drawValue(dimension, random)]));

const drawValue = (dimension: Dimension, random: Random): ParameterValue =>
  isChoice(dimension) ? dimension[random.integer(dimension.length)]! : valueAt(dimension, random.next());

/** How many different points a space has. */
export const countPoints = (space: SearchSpace): number =>
  Object.values(space).reduce((count: number, dimension) => count * countValues(dimension), 1);

function countValues(dimension: Dimension): number {
  if (isChoice(dimension)) return dimension.length;
  return dimension.integer ? dimension.max - dimension.min + 1 : Infinity;
}

/** Every combination, the last dimension changing first. */
export function gridOf({ family, space = {} }: Candidate): Parameters[] {
  const names = Object.keys(space);
  const values = names.map((name) => gridValues(`${family}.${name}`, space[name]!));
  const combine = (rest: readonly (readonly ParameterValue[])[]): ParameterValue[][] =>
    rest.length === 0 ? [[]] : rest[0]!.flatMap((value) => combine(rest.slice(1)).map((others) => [value, ...others]));
  return combine(values).map((point) => Object.fromEntries(names.map((name, index) => [name, point[index]!])));
}

function gridValues(where: string, dimension: Dimension): readonly ParameterValue[] {
  if (isChoice(dimension)) return dimension;
  const { steps, integer, min, max, log } = dimension;
  if (steps === undefined) {
    throw new ProblemError({
      ...{ code: "SEARCH_GRID_ENDLESS", where, message: `a grid does not know how many values ${min} to ${max} has.` },
      remedy: "Give the range `steps`, or a list of values, or search by random, halving or tpe.",
    });
  }
  const at = (step: number) => step / (steps - 1);
  const exact = (place: number) => (log ? min * (max / min) ** place : min + place * (max - min));
  const values = Array.from({ length: steps }, (_, step) => exact(at(step)));
  return [...new Set(integer ? values.map(Math.round) : values)];
}

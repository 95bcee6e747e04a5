import { ProblemError } from "@millrace/contracts";
import type { Family, FitContext, ModelState, ParameterRecord, TrainingData } from "./family.js";
import type { ParameterRule } from "./parameters.js";

/** A model that is part of another one, as it stands in the parameters of that one. */
export interface MemberSpec {
  readonly family: string;
  readonly params?: ParameterRecord;
}

/** Where families are found. It is handed in: the families that have members are themselves among those found there. */
export interface FamilyLookup {
  familyNamed(name: string): Family;
  familyOf(state: ModelState): Family;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isMember = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.family === "string" &&
  (value.params === undefined || isRecord(value.params)) &&
  Object.keys(value).every((key) => key === "family" || key === "params");

export const oneMember = (value: MemberSpec): ParameterRule => ({
  default: value as unknown as ParameterRecord,
  accepts: isMember,
  expected: "a model as { family, params }",
});

export const members = (value: readonly MemberSpec[]): ParameterRule => ({
  default: value as unknown as ParameterRecord[],
  accepts: (given) => Array.isArray(given) && given.length > 0 && given.every(isMember),
  expected: "a list of models as { family, params }",
});

/** What is wrong with the parameters of a member is said before anything is fitted. */
export function requireMember({ family, params = {} }: MemberSpec, { familyNamed }: FamilyLookup): void {
  familyNamed(family).parameters(params);
}

export const requireMembers = (members: readonly MemberSpec[], lookup: FamilyLookup): void =>
  members.forEach((member) => requireMember(member, lookup));

export function fitMember(
  { family, params = {} }: MemberSpec,
  data: TrainingData,
  context: FitContext,
  { familyNamed }: FamilyLookup,
): ModelState {
  const chosen = familyNamed(family);
  const task = data.classes === 0 ? "regression" : "classification";
  if (chosen.tasks.includes(task)) return chosen.fit(data, chosen.parameters(params), context);
  throw new ProblemError({
    code: "MODEL_TASK_WRONG",
    where: family,
    message: `${family} is for ${chosen.tasks.join(" and ")}, and the target is one of ${task}.`,
    remedy: `Choose a model for ${task}.`,
  });
}

/** The context of one of several parts of the work: its own randomness, and its share of the progress. */
export function partOf(context: FitContext, label: string, part: number, parts: number): FitContext {
  const { random, threads, signal, onProgress } = context;
  return {
    ...{ random: random.fork(label), threads, signal },
    onProgress: onProgress && ((done, total) => onProgress(part + (total > 0 ? done / total : 0), parts)),
  };
}

import { ProblemError } from "@millrace/contracts";
import { requireColumns, type Matrix } from "../data/matrix.js";
import {
  outputsOf,
  type Family,
  type FitContext,
  type ModelState,
  type Parameters,
  type TrainingData,
} from "./family.js";
import { fitMember, members, partOf, requireMembers, type FamilyLookup, type MemberSpec } from "./member-models.js";
import { defaultsOf, parametersOf, type ParameterRule } from "./parameters.js";
import { requireTrainable } from "./rows-and-classes.js";

export interface VotingState extends ModelState {
  readonly family: "voting";
  readonly members: readonly ModelState[];
  /** They add up to 1. */
  readonly weights: readonly number[];
}

const name = "voting";
const shares: ParameterRule = {
  default: [],
  accepts: (given) =>
    Array.isArray(given) &&
    given.every((value) => typeof value === "number" && value >= 0 && value < Infinity) &&
    (given.length === 0 || given.some((value) => value > 0)),
  expected: "a list of numbers of at least 0, one a member and not all 0",
};
const rules = { members: members([{ family: "gradient-boosting" }, { family: "random-forest" }]), weights: shares };

interface Given {
  readonly members: readonly MemberSpec[];
  readonly weights: readonly number[];
}

/** The weighted mean of what several models give: probabilities (soft voting) or values. */
export function votingOf(lookup: FamilyLookup): Family<VotingState> {
  const modelOf = (state: ModelState) => lookup.familyOf(state).compile(state);
  return {
    name,
    tasks: ["classification", "regression"],
    defaults: defaultsOf(rules),
    parameters(given) {
      const parameters = parametersOf(name, rules, given);
      requireVotes(parameters as unknown as Given, lookup);
      return parameters;
    },
    fit: (data, parameters, context) => fit(data, parameters, context, lookup),
    predict: (state, x) => predict(state, x, lookup),
    compile(state) {
      const models = state.members.map(modelOf);
      return (features) =>
        blend(
          models.map((model) => model(features)),
          state.weights,
        );
    },
  };
}

function requireVotes({ members, weights }: Given, lookup: FamilyLookup): void {
  requireMembers(members, lookup);
  if (weights.length === 0 || weights.length === members.length) return;
  throw new ProblemError({
    code: "PARAMETER_INVALID",
    where: `${name}.weights`,
    message: `${members.length} members have ${weights.length} weights.`,
    remedy: "Give each member a weight, or none of them.",
  });
}

function fit(data: TrainingData, parameters: Parameters, context: FitContext, lookup: FamilyLookup): VotingState {
  requireTrainable(data, { missing: "taken", categorical: "taken" });
  const { members, weights } = parameters as unknown as Given;
  const fitted = members.map((member, index) =>
    fitMember(member, data, partOf(context, `member ${index}`, index, members.length), lookup),
  );
  const each = weights.length > 0 ? weights : members.map(() => 1);
  const total = each.reduce((sum, weight) => sum + weight, 0);
  return {
    ...{ family: name, version: 1, classes: data.classes, columns: data.x.columns },
    ...{ members: fitted, weights: each.map((weight) => weight / total) },
  };
}

function predict(state: VotingState, x: Matrix, { familyOf }: FamilyLookup): Float64Array {
  requireColumns(x, state.columns);
  if (x.rows === 0) return new Float64Array(x.rows * outputsOf(state));
  return blend(
    state.members.map((member) => familyOf(member).predict(member, x)),
    state.weights,
  );
}

/** In the order of the members, so that a table and a row agree to the bit. */
function blend(outputs: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const mean = new Float64Array(outputs[0]!.length);
  outputs.forEach((values, member) => {
    for (let index = 0; index < mean.length; index++) mean[index]! += weights[member]! * values[index]!;
  });
  return mean;
}

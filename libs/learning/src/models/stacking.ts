import { ProblemError } from "@millrace/contracts";
import { requireColumns, takeMatrixRows, type Matrix, type Numbers } from "../data/matrix.js";
import { otherRows } from "../selection/rows.js";
import { plainFolds, stratifiedFolds } from "../selection/folds.js";
import {
  outputsOf,
  type Family,
  type FitContext,
  type ModelState,
  type ParameterRecord,
  type Parameters,
  type RowModel,
  type TrainingData,
} from "./family.js";
import {
  fitMember,
  isMember,
  members,
  partOf,
  requireMember,
  requireMembers,
  type FamilyLookup,
  type MemberSpec,
} from "./member-models.js";
import { defaultsOf, parametersOf, wholeNumber, yesOrNo, type ParameterRule } from "./parameters.js";
import { requireTrainable } from "./rows-and-classes.js";

export interface StackingState extends ModelState {
  readonly family: "stacking";
  readonly members: readonly ModelState[];
  /** Learnt from what the members give, and from the columns themselves with `passthrough`. */
  readonly final: ModelState;
  readonly passthrough: boolean;
}

const name = "stacking";
const finalModel: ParameterRule = {
  default: "linear",
  accepts: (given) => given === "linear" || isMember(given),
  expected: '"linear", which is logistic-regression or linear-regression, or a model as { family, params }',
};
const rules = {
  members: members([{ family: "gradient-boosting" }, { family: "random-forest" }]),
  final: finalModel,
  folds: wholeNumber(5, 2, 100),
  passthrough: yesOrNo(false),
};

interface Given {
  readonly members: readonly MemberSpec[];
  readonly final: "linear" | (MemberSpec & ParameterRecord);
  readonly folds: number;
  readonly passthrough: boolean;
}

/**
 * A final model that learns from what others give (Wolpert 1992). It is shown predictions of rows that the model which
 * made them had not seen; the members are then fitted on all rows.
 */
export function stackingOf(lookup: FamilyLookup): Family<StackingState> {
  return {
    name,
    tasks: ["classification", "regression"],
    defaults: defaultsOf(rules),
    parameters(given) {
      const parameters = parametersOf(name, rules, given);
      const { members, final } = parameters as unknown as Given;
      requireMembers(members, lookup);
      if (final !== "linear") requireMember(final, lookup);
      return parameters;
    },
    fit: (data, parameters, context) => fit(data, parameters, context, lookup),
    predict: (state, x) => predict(state, x, lookup),
    compile: (state) => compile(state, lookup),
  };
}

function fit(data: TrainingData, parameters: Parameters, context: FitContext, lookup: FamilyLookup): StackingState {
  requireTrainable(data, { missing: "taken", categorical: "taken" });
  const { members, final, folds, passthrough } = parameters as unknown as Given;
  const tests = foldsOf(data, folds, context);
  const parts = members.length * (tests.length + 1) + 1;
  const outputs = members.map((member, index) => outOfFold(member, index, data, tests, context, lookup, parts));
  const fitted = members.map((member, index) => {
    const part = index * (tests.length + 1) + tests.length;
    return fitMember(member, data, partOf(context, `member ${index}`, part, parts), lookup);
  });
  const x = featuresOf(outputs, data.x, data.classes, passthrough);
  const categorical = passthrough ? data.categorical?.map((column) => column + x.columns - data.x.columns) : undefined;
  const spec = final === "linear" ? linearFor(data) : final;
  const last = fitMember(spec, { ...data, x, categorical }, partOf(context, "final", parts - 1, parts), lookup);
  return {
    ...{ family: name, version: 1, classes: data.classes, columns: data.x.columns },
    ...{ members: fitted, final: last, passthrough },
  };
}

const linearFor = ({ classes }: TrainingData): MemberSpec => ({
  family: classes === 0 ? "linear-regression" : "logistic-regression",
});

/** The same rows for every member: fewer folds than asked for where there are not so many rows. */
function foldsOf({ x, y, classes }: TrainingData, asked: number, { random }: FitContext): Int32Array[] {
  refuseFew(x.rows, y, classes);
  const folds = Math.min(asked, x.rows);
  const seed = random.fork("folds").integer(2 ** 31);
  return classes === 0
    ? plainFolds({ rows: x.rows, folds, seed })
    : stratifiedFolds({ codes: y as Int32Array, folds, seed });
}

function refuseFew(rows: number, y: ArrayLike<number>, classes: number): void {
  const counts = new Float64Array(classes);
  for (let row = 0; classes > 0 && row < rows; row++) counts[y[row]!]! += 1;
  const small = counts.indexOf(1);
  if (rows >= 2 && small < 0) return;
  throw new ProblemError({
    code: "MODEL_TOO_FEW_ROWS",
    where: name,
    message:
      small < 0 ? `${rows} row can't be dealt into folds.` : `class ${small} has one row, which no fold can hold back.`,
    remedy: "Add rows, or choose a model that needs no folds.",
  });
}

function outOfFold(
  member: MemberSpec,
  index: number,
  data: TrainingData,
  tests: readonly Int32Array[],
  context: FitContext,
  lookup: FamilyLookup,
  parts: number,
): Float64Array {
  const width = Math.max(1, data.classes);
  const all = new Float64Array(data.x.rows * width);
  tests.forEach((test, fold) => {
    const part = partOf(context, `member ${index} fold ${fold}`, index * (tests.length + 1) + fold, parts);
    const state = fitMember(member, takeTraining(data, otherRows(data.x.rows, test)), part, lookup);
    const values = lookup.familyOf(state).predict(state, takeMatrixRows(data.x, test));
    test.forEach((row, at) => all.set(values.subarray(at * width, (at + 1) * width), row * width));
  });
  return all;
}

function takeTraining({ x, y, weights, ...rest }: TrainingData, rows: Int32Array): TrainingData {
  const taken = rest.classes === 0 ? Float64Array.from(rows, (row) => y[row]!) : rows.map((row) => y[row]!);
  return {
    ...rest,
    ...{ x: takeMatrixRows(x, rows), y: taken },
    ...(weights && { weights: Float64Array.from(rows, (row) => weights[row]!) }),
  };
}

/** Of two classes one probability says all. */
const widthOf = (classes: number): number => (classes === 2 ? 1 : Math.max(1, classes));

/** In float32, as an exported graph computes it. */
function featuresOf(outputs: readonly Float64Array[], x: Matrix, classes: number, passthrough: boolean): Matrix {
  const width = widthOf(classes);
  const columns = outputs.length * width + (passthrough ? x.columns : 0);
  const values = new Float32Array(x.rows * columns);
  const perRow = Math.max(1, classes);
  for (let row = 0; row < x.rows; row++) {
    const each = outputs.map((output) => output.subarray((row + 1) * perRow - width, (row + 1) * perRow));
    const own = x.values.subarray(row * x.columns, (row + 1) * x.columns);
    writeRow(values, row * columns, each, passthrough ? own : undefined);
  }
  return { rows: x.rows, columns, values };
}

function writeRow(into: Float32Array, start: number, outputs: readonly Float64Array[], own: Numbers | undefined): void {
  for (const output of outputs) {
    into.set(output, start);
    start += output.length;
  }
  if (own !== undefined) into.set(own, start);
}

function predict(state: StackingState, x: Matrix, { familyOf }: FamilyLookup): Float64Array {
  requireColumns(x, state.columns);
  if (x.rows === 0) return new Float64Array(x.rows * outputsOf(state));
  const outputs = state.members.map((member) => familyOf(member).predict(member, x));
  return familyOf(state.final).predict(state.final, featuresOf(outputs, x, state.classes, state.passthrough));
}

function compile({ members, final, classes, passthrough }: StackingState, { familyOf }: FamilyLookup): RowModel {
  const models = members.map((member) => familyOf(member).compile(member));
  const last = familyOf(final).compile(final);
  return (features) => {
    const outputs = models.map((model) => model(features));
    const x = { rows: 1, columns: features.length, values: features };
    return last(featuresOf(outputs, x, classes, passthrough).values);
  };
}

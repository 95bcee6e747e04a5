import { compileExpression, type ValueSource } from "../expression/compile-expression.js";
import { placedChains, type PlacedChain } from "./chain-outputs.js";
import { encoderOf } from "./encoders.js";
import { expressionOf } from "./fit-derived.js";
import { compileNeighbours, type NeighboursState } from "./knn-impute.js";
import { transformOf } from "./number-transforms.js";
import { valueMissing } from "./preprocess-problem.js";
import type { ChainState, DerivedState, PreprocessorState } from "./preprocessor-state.js";
import { float32, isMissing } from "./source-columns.js";

/** A row to serve: by position in the order of the inputs, or by name. */
export type Row = ArrayLike<unknown> | Readonly<Record<string, unknown>>;

export const isByPosition = (row: Row): row is ArrayLike<unknown> => Array.isArray(row) || ArrayBuffer.isView(row);

/** The values of the row that is being looked at, one slot a column: the inputs, then what is derived. */
interface Slots {
  readonly of: ReadonlyMap<string, number>;
  readonly kinds: readonly string[];
  readonly numbers: Float64Array;
  readonly exact: Float64Array;
  readonly texts: (string | undefined)[];
}

type Action = () => void;
type Write = (into: Float32Array) => void;

/** Prepares a function for rows one by one: fast, and with the numbers of applyPreprocessor to the bit. */
export function compileRow(state: PreprocessorState): (row: Row) => Float32Array {
  const fill = compileRowInto(state);
  const width = state.outputs.length;
  return (row) => fill(row, new Float32Array(width));
}

/** The same into an array that is given: to make one for each row takes longer than to fill it. */
export function compileRowInto(state: PreprocessorState): (row: Row, into: Float32Array) => Float32Array {
  const slots = slotsOf(state);
  const read = rowReader(state, slots);
  const derivations = state.derived.map((derived) => derivation(derived, slots));
  const chains = placedChains(state);
  const indicators = chains.filter(({ chain }) => chain.indicator).map((placed) => indicatorWriter(placed, slots));
  const fills = state.neighbours.map((neighbours) => filler(neighbours, slots));
  const plain = plainWriter(chains.filter(isPlain), slots);
  const writers = chains.filter((placed) => !isPlain(placed)).map((placed) => chainWriter(placed, slots));
  return (row, into) => {
    read(row);
    into.fill(0);
    for (let index = 0; index < derivations.length; index++) derivations[index]!();
    for (let index = 0; index < indicators.length; index++) indicators[index]!(into);
    for (let index = 0; index < fills.length; index++) fills[index]!();
    plain(into);
    for (let index = 0; index < writers.length; index++) writers[index]!(into);
    return into;
  };
}

/** One loop over all columns, because a call for each takes longer than the reading. */
function rowReader({ inputs }: PreprocessorState, { numbers, exact, texts }: Slots): (row: Row) => void {
  const names = inputs.map(({ name }) => name);
  const isNumber = Uint8Array.from(inputs, ({ kind }) => (kind === "number" ? 1 : 0));
  return (row) => {
    const byPosition = isByPosition(row);
    for (let slot = 0; slot < isNumber.length; slot++) {
      const cell = byPosition ? row[slot] : row[names[slot]!];
      if (isNumber[slot] === 0) texts[slot] = textOf(cell);
      else numbers[slot] = float32((exact[slot] = numberOf(cell)));
    }
  };
}

const numberOf = (cell: unknown): number => (typeof cell === "number" ? cell : isMissing(cell) ? NaN : Number(cell));

const textOf = (cell: unknown): string | undefined => (isMissing(cell) || cell === "" ? undefined : String(cell));

/** Numbers that go into the matrix as they are, or with a fixed one where they are missing. */
const isPlain = ({ chain: { kind, encoder, steps, missing } }: PlacedChain): boolean =>
  kind === "number" &&
  !encoder &&
  missing === "taken" &&
  (steps.length === 0 || (steps.length === 1 && steps[0]!.step === "fill"));

function plainWriter(chains: readonly PlacedChain[], { of, numbers }: Slots): Write {
  const from = Int32Array.from(chains, ({ chain }) => of.get(chain.column)!);
  const to = Int32Array.from(chains, ({ offset }) => offset);
  const instead = Float32Array.from(chains, ({ chain: { steps } }) =>
    steps[0]?.step === "fill" ? steps[0].value : NaN,
  );
  return (into) => {
    for (let index = 0; index < from.length; index++) {
      const value = numbers[from[index]!]!;
      into[to[index]!] = value === value ? value : instead[index]!;
    }
  };
}

function slotsOf({ inputs, derived }: PreprocessorState): Slots {
  const names = [...inputs, ...derived].map(({ name }) => name);
  return {
    of: new Map(names.map((name, slot) => [name, slot])),
    kinds: [...inputs, ...derived].map(({ kind }) => kind),
    numbers: new Float64Array(names.length),
    exact: new Float64Array(names.length),
    texts: new Array<string | undefined>(names.length).fill(undefined),
  };
}

function derivation(state: DerivedState, slots: Slots): Action {
  const slot = slots.of.get(state.name)!;
  const compute = compileExpression(expressionOf(state), sourceOf(slots));
  const { numbers, texts } = slots;
  if (state.kind === "text") return () => void (texts[slot] = (compute() as string | undefined) || undefined);
  return () => void (numbers[slot] = Math.fround(compute() as number));
}

function sourceOf({ of, kinds, numbers, exact, texts }: Slots): ValueSource {
  const reader = (from: Float64Array) => (name: string) => {
    const slot = of.get(name)!;
    return kinds[slot] === "text" ? () => texts[slot] : () => from[slot];
  };
  return { value: reader(numbers), exact: reader(exact) };
}

function filler(state: NeighboursState, { of, numbers }: Slots): Action {
  const fill = compileNeighbours(state);
  const slots = state.columns.map((name) => of.get(name)!);
  const row = new Float32Array(slots.length);
  return () => {
    for (let column = 0; column < slots.length; column++) row[column] = numbers[slots[column]!]!;
    fill(row);
    for (let column = 0; column < slots.length; column++) numbers[slots[column]!] = row[column]!;
  };
}

function indicatorWriter({ chain, offset, width }: PlacedChain, { of, numbers, texts }: Slots): Write {
  const slot = of.get(chain.column)!;
  const at = offset + width - 1;
  return (into) => {
    const missing = chain.kind === "number" ? Number.isNaN(numbers[slot]) : texts[slot] === undefined;
    into[at] = missing ? 1 : 0;
  };
}

function chainWriter({ chain, offset }: PlacedChain, { of, numbers, texts }: Slots): Write {
  const slot = of.get(chain.column)!;
  if (chain.kind === "text") return categoryWriter(chain, offset, () => texts[slot]);
  const steps = chain.steps.map((step) => transformOf(step).one(step));
  const number = () => {
    let value = numbers[slot]!;
    if (value !== value && chain.missing === "refused") throw valueMissing(chain.column, "number");
    for (let index = 0; index < steps.length; index++) value = steps[index]!(value);
    return value;
  };
  if (!chain.encoder) return (into) => void (into[offset] = number());
  return categoryWriter(chain, offset, () => {
    const value = number();
    return value === value ? String(value) : undefined;
  });
}

function categoryWriter(chain: ChainState, offset: number, read: () => string | undefined): Write {
  const { fill, missing, column, encoder } = chain;
  const cells = encoderOf(encoder!).cells(encoder!);
  return (into) => {
    const text = read();
    if (text === undefined && missing === "refused") throw valueMissing(column, chain.kind);
    const { positions, values } = cells(text ?? fill ?? undefined);
    for (let index = 0; index < positions.length; index++) into[offset + positions[index]!] = values[index]!;
  };
}

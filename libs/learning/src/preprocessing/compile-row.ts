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
  const slots = slotsOf(state);
  const names = state.inputs.map(({ name }) => name);
  const readers = state.inputs.map(({ kind }, slot) =>
    kind === "number" ? readNumber(slots, slot) : readText(slots, slot),
  );
  const derivations = state.derived.map((derived) => derivation(derived, slots));
  const chains = placedChains(state);
  const indicators = chains.filter(({ chain }) => chain.indicator).map((placed) => indicatorWriter(placed, slots));
  const fills = state.neighbours.map((neighbours) => filler(neighbours, slots));
  const writers = chains.map((placed) => chainWriter(placed, slots));
  const width = state.outputs.length;
  return (row) => {
    if (isByPosition(row)) for (let slot = 0; slot < readers.length; slot++) readers[slot]!(row[slot]);
    else for (let slot = 0; slot < readers.length; slot++) readers[slot]!(row[names[slot]!]);
    const into = new Float32Array(width);
    for (const derive of derivations) derive();
    for (const write of indicators) write(into);
    for (const fill of fills) fill();
    for (let index = 0; index < writers.length; index++) writers[index]!(into);
    return into;
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

const readNumber =
  ({ numbers, exact }: Slots, slot: number) =>
  (cell: unknown) => {
    const value = typeof cell === "number" ? cell : isMissing(cell) ? NaN : Number(cell);
    exact[slot] = value;
    numbers[slot] = float32(value);
  };

const readText =
  ({ texts }: Slots, slot: number) =>
  (cell: unknown) => {
    texts[slot] = isMissing(cell) || cell === "" ? undefined : String(cell);
  };

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

import { ProblemError } from "@millrace/contracts";
import { expressionToOnnx, refuseOnnx } from "../expression/expression-to-onnx.js";
import { castNode, finiteNode, FLOAT, isNaNNode, textNode } from "../expression/float-nodes.js";
import type { KnownColumns } from "../expression/check-kinds.js";
import type { Graph } from "../onnx/graph.js";
import { placedChains, type PlacedChain } from "./chain-outputs.js";
import { encoderOf } from "./encoders.js";
import { exactColumns, expressionOf } from "./fit-derived.js";
import { transformOf } from "./number-transforms.js";
import type { NumberStepState, PreprocessorState } from "./preprocessor-state.js";

/**
 * The tensor type of each raw column of a graph. Numbers are floats, but for dates in milliseconds: no float holds them, so
 * they must come in as doubles. A missing number is NaN, a missing text is empty.
 */
export function onnxInputs({ inputs, derived }: PreprocessorState) {
  const exact = exactColumns(derived);
  return inputs.map(({ name, kind }) => ({
    name,
    type: kind === "text" ? ("string" as const) : exact.has(name) ? ("double" as const) : ("float" as const),
  }));
}

/** The tensors of a graph that stand for columns, by name. */
interface Tensors {
  readonly kinds: Map<string, "number" | "text">;
  /** As they come in. */
  readonly raw: Readonly<Record<string, string>>;
  /** Floats, in which a missing number, and one that is not finite, is NaN; or strings. */
  readonly clean: Map<string, string>;
}

/**
 * Adds what makes the matrix of raw columns [N, 1]; gives the name of the float tensor [N, columns]. Numbers that go
 * through the same steps go through them together, so the graph is as small as the steps are few.
 */
export function preprocessorToOnnx(
  state: PreprocessorState,
  graph: Graph,
  inputs: Readonly<Record<string, string>>,
): string {
  if (state.neighbours.length > 0)
    refuseOnnx(
      `columns ${state.neighbours.flatMap(({ columns }) => columns).join(", ")}`,
      "a search for nearest neighbours that skips missing values has no operator there",
    );
  const tensors = inputTensors(state, graph, inputs);
  for (const derived of state.derived) addDerived(state, graph, tensors, derived.name);
  const groups = groupsOf(placedChains(state));
  return inOrder(
    graph,
    groups.flatMap((group) => groupPieces(graph, group, tensors)),
  );
}

function inputTensors(state: PreprocessorState, graph: Graph, raw: Readonly<Record<string, string>>): Tensors {
  const absent = state.inputs.find(({ name }) => raw[name] === undefined);
  if (absent) throw inputMissing(absent.name);
  const derives = state.derived.length > 0;
  const clean = new Map<string, string>();
  for (const { name, type } of onnxInputs(state)) {
    const float = type === "double" ? castNode(graph, raw[name]!, FLOAT) : raw[name]!;
    clean.set(name, type === "string" || !derives ? float : finiteNode(graph, float));
  }
  return { raw, clean, kinds: new Map(state.inputs.map(({ name, kind }) => [name, kind])) };
}

function addDerived({ inputs, derived }: PreprocessorState, graph: Graph, tensors: Tensors, name: string): void {
  const state = derived.find((one) => one.name === name)!;
  const raw = new Set(inputs.map((input) => input.name));
  const columns: KnownColumns = new Map([...tensors.kinds].map(([key, kind]) => [key, { kind, raw: raw.has(key) }]));
  const source = { text: state.expression, where: `derive.${name}` };
  const tensor = expressionToOnnx(
    {
      ...{ graph, source, columns },
      tensor: (column) => tensors.clean.get(column)!,
      exact: (column) => tensors.raw[column]!,
    },
    expressionOf(state),
  );
  tensors.clean.set(name, tensor);
  tensors.kinds.set(name, state.kind === "text" ? "text" : "number");
}

/** Chains of numbers with the same kinds of steps, where those can be taken together; others stand alone. */
function groupsOf(chains: readonly PlacedChain[]): PlacedChain[][] {
  const groups = new Map<string, PlacedChain[]>();
  for (const placed of chains) {
    const { column, kind, encoder, steps } = placed.chain;
    const together = kind === "number" && !encoder && steps.every((step) => transformOf(step).together);
    const key = together ? steps.map(({ step }) => step).join("\n") : JSON.stringify(column);
    groups.set(key, [...(groups.get(key) ?? []), placed]);
  }
  return [...groups.values()];
}

/** Columns side by side, and where each belongs in the matrix. */
interface Piece {
  readonly tensor: string;
  readonly positions: readonly number[];
}

function groupPieces(graph: Graph, group: readonly PlacedChain[], tensors: Tensors): Piece[] {
  const { chain, offset, width } = group[0]!;
  const isText = chain.kind === "text";
  const raw = beside(
    graph,
    group.map((placed) => tensors.clean.get(placed.chain.column)!),
  );
  const clean = isText ? raw : finiteNode(graph, raw);
  const indicators = indicatorPieces(graph, group, clean, isText);
  if (!chain.encoder) {
    const tensor = numberSteps(graph, group, clean);
    return [{ tensor, positions: group.map((placed) => placed.offset) }, ...indicators];
  }
  const keys = { column: chain.column, tensor: isText ? clean : numberSteps(graph, group, clean) };
  const tensor = encoderOf(chain.encoder).onnx(chain.encoder, graph, { ...keys, kind: chain.kind, fill: chain.fill });
  const encoded = width - (chain.indicator ? 1 : 0);
  return [{ tensor, positions: Array.from({ length: encoded }, (_, index) => offset + index) }, ...indicators];
}

function numberSteps(graph: Graph, group: readonly PlacedChain[], tensor: string): string {
  return group[0]!.chain.steps.reduce((before, step, index) => {
    const states = group.map(({ chain }) => chain.steps[index]!) as NumberStepState[];
    return transformOf(step).onnx(states, graph, before);
  }, tensor);
}

function indicatorPieces(graph: Graph, group: readonly PlacedChain[], tensor: string, isText: boolean): Piece[] {
  const marked = group.flatMap(({ chain }, index) => (chain.indicator ? [index] : []));
  if (marked.length === 0) return [];
  const missing = castNode(
    graph,
    isText ? graph.add("Equal", [tensor, textNode(graph, "")]) : isNaNNode(graph, tensor),
    FLOAT,
  );
  const positions = marked.map((index) => group[index]!.offset + group[index]!.width - 1);
  return [{ tensor: marked.length === group.length ? missing : gather(graph, missing, marked), positions }];
}

/** All pieces as one matrix, each column where it belongs. */
function inOrder(graph: Graph, pieces: readonly Piece[]): string {
  const filled = pieces.filter(({ positions }) => positions.length > 0);
  const positions = filled.flatMap((piece) => piece.positions);
  const matrix = beside(
    graph,
    filled.map(({ tensor }) => tensor),
  );
  if (positions.every((position, index) => position === index)) return matrix;
  const order = positions.map((_, index) => index).sort((a, b) => positions[a]! - positions[b]!);
  return gather(graph, matrix, order);
}

const gather = (graph: Graph, tensor: string, columns: readonly number[]): string =>
  graph.add("Gather", [tensor, graph.constant({ type: "int64", shape: [columns.length], values: columns })], {
    axis: { int: 1 },
  });

const beside = (graph: Graph, tensors: readonly string[]): string =>
  tensors.length === 1 ? tensors[0]! : graph.add("Concat", tensors, { axis: { int: 1 } });

const inputMissing = (column: string): ProblemError =>
  new ProblemError({
    code: "ONNX_INPUT_MISSING",
    where: `column ${JSON.stringify(column)}`,
    message: "the graph has no tensor for this column.",
    remedy: "Give a tensor for each input of the preprocessor.",
  });

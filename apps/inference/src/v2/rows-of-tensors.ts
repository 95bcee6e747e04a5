import type { LoadedModel } from "@millrace/learning";
import type { Element } from "./datatypes.js";
import type { Tensor } from "./infer-request.js";
import { badRequest } from "./v2-problem.js";

type Features = LoadedModel["features"];
type Cell = Element;

/** Rows by name where each input is a feature, by position where the one input is a matrix of all of them. */
export function rowsOfTensors(inputs: readonly Tensor[], features: Features): (Cell[] | Record<string, Cell>)[] {
  const [only, ...others] = inputs;
  const isFeature = features.some(({ name }) => name === only!.name);
  return others.length === 0 && !(isFeature && isColumn(only!)) ? rowsOfMatrix(only!, features) : rowsByName(inputs);
}

/** A protocol of tensors has no word for what is missing: it is NaN among numbers and the empty text among texts. */
const cellOf = (element: Element): Cell => (element === "" || Number.isNaN(element) ? null : element);

const isColumn = ({ shape }: Tensor): boolean => shape.length === 1 || (shape.length === 2 && shape[1] === 1);

function rowsOfMatrix({ name, shape, elements }: Tensor, features: Features): Cell[][] {
  const width = shape.length === 1 ? elements.length : shape[1]!;
  if (shape.length > 2 || width !== features.length)
    throw badRequest(
      `input "${name}" of shape [${shape.join(", ")}] is neither one feature by its name nor a matrix of all ${features.length}.`,
    );
  const cells = elements.map(cellOf);
  return Array.from({ length: cells.length / width }, (_, row) => cells.slice(row * width, (row + 1) * width));
}

function rowsByName(inputs: readonly Tensor[]): Record<string, Cell>[] {
  const rows = inputs[0]!.elements.length;
  const twice = inputs.find(({ name }, index) => inputs.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw badRequest(`there are two inputs of the name "${twice.name}".`);
  for (const input of inputs) requireColumn(input, rows);
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(inputs.map(({ name, elements }) => [name, cellOf(elements[row]!)])),
  );
}

function requireColumn(input: Tensor, rows: number): void {
  const { name, shape, elements } = input;
  if (!isColumn(input))
    throw badRequest(`input "${name}" has the shape [${shape.join(", ")}]: a feature has [n] or [n, 1].`);
  if (elements.length !== rows)
    throw badRequest(`input "${name}" is of ${elements.length} rows, and the first one of ${rows}.`);
}

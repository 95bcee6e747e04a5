import type { Attribute, Attributes, Tensor } from "./graph.js";
import {
  bytes,
  bytesOf,
  float,
  floats,
  integer,
  integers,
  joined,
  message,
  text,
  texts,
  type Fields,
} from "./protobuf.js";

/** What onnxruntime 1.16 and every later one loads. From 19 on Equal compares strings. */
export const IR_VERSION = 9;
export const OPSETS = { "": 19, "ai.onnx.ml": 3 } as const;
export type Domain = keyof typeof OPSETS;

/** TensorProto.DataType, onnx.proto. */
export const dataTypes = { float: 1, int64: 7, string: 8, bool: 9, double: 11 } as const;
export type DataType = keyof typeof dataTypes;

export interface GraphNode {
  readonly operator: string;
  readonly domain: Domain;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** What goes into a graph or comes out of it; a text in the shape stands for a length that is not fixed. */
export interface GraphValue {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly producer: { readonly name: string; readonly version: string };
  readonly nodes: readonly GraphNode[];
  /** By name. */
  readonly constants: ReadonlyMap<string, Fields>;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A ModelProto; the numbers are those of the fields in onnx.proto. The same model gives the same bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const fields = [
    integer(1, IR_VERSION),
    text(2, model.producer.name),
    text(3, model.producer.version),
    graph(7, model),
    ...Object.entries(OPSETS).map(([domain, version]) => message(8, text(1, domain), integer(2, version))),
    ...Object.entries(model.metadata).map(([key, value]) => message(14, text(1, key), text(2, value))),
  ];
  return joined(fields.flat());
}

const graph = (field: number, { name, nodes, constants, inputs, outputs }: OnnxModel): Fields =>
  message(
    field,
    ...nodes.map((node) => nodeFields(1, node)),
    text(2, name),
    ...[...constants].map(([constant, fields]) => message(5, fields, text(8, constant))),
    ...inputs.map((value) => valueFields(11, value)),
    ...outputs.map((value) => valueFields(12, value)),
  );

const nodeFields = (field: number, { operator, domain, inputs, outputs, attributes }: GraphNode): Fields =>
  message(
    field,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, outputs[0]!),
    text(4, operator),
    ...Object.entries(attributes).map(([name, attribute]) => attributeFields(5, name, attribute)),
    text(7, domain),
  );

const valueFields = (field: number, { name, type, shape }: GraphValue): Fields =>
  message(
    field,
    text(1, name),
    message(2, message(1, integer(1, dataTypes[type]), message(2, ...shape.map(dimension)))),
  );

const dimension = (length: number | string): Fields =>
  message(1, typeof length === "number" ? integer(1, length) : text(2, length));

type Kind = Attribute extends infer Each ? (Each extends unknown ? keyof Each : never) : never;
type ValueOf<K extends Kind> = Extract<Attribute, Readonly<Record<K, unknown>>>[K &
  keyof Extract<Attribute, Readonly<Record<K, unknown>>>];

/** Of each kind of attribute: its AttributeProto.AttributeType and its field. */
const attributeKinds: { readonly [K in Kind]: { type: number; fields: (value: ValueOf<K>) => Fields } } = {
  float: { type: 1, fields: (value) => float(2, value) },
  int: { type: 2, fields: (value) => integer(3, value) },
  string: { type: 3, fields: (value) => text(4, value) },
  tensor: { type: 4, fields: (value) => message(5, tensorFields(value)) },
  floats: { type: 6, fields: (value) => floats(7, value) },
  ints: { type: 7, fields: (value) => integers(8, value) },
  strings: { type: 8, fields: (value) => texts(9, value) },
};

function attributeFields(field: number, name: string, attribute: Attribute): Fields {
  const [kind, value] = Object.entries(attribute)[0] as [Kind, never];
  const { type, fields } = attributeKinds[kind];
  return message(field, text(1, name), fields(value), integer(20, type));
}

/** A TensorProto without its name. */
export const tensorFields = (tensor: Tensor): Fields => [
  ...tensor.shape.flatMap((length) => integer(1, length)),
  ...integer(2, dataTypes[tensor.type]),
  ...(tensor.type === "string" ? texts(6, tensor.values) : bytes(9, bytesOf(rawValues(tensor)))),
];

function rawValues(tensor: Exclude<Tensor, { type: "string" }>): ArrayBufferView {
  if (tensor.type === "float") return Float32Array.from(tensor.values);
  if (tensor.type === "double") return Float64Array.from(tensor.values);
  if (tensor.type === "int64") return BigInt64Array.from(tensor.values, BigInt);
  return Uint8Array.from(tensor.values, Number);
}

// Written by hand, as ONNX needs eight messages and four wire types: protobufjs or @bufbuild/protobuf would bring 3 MB and generated code.

/** Encoded fields, in pieces: nesting a message in another copies nothing. */
export type Fields = readonly Uint8Array[];

// protobuf.dev/programming-guides/encoding
const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

export const integer = (field: number, value: number | bigint): Fields => [tag(field, VARINT), varint(value)];

export const float = (field: number, value: number): Fields => [tag(field, FIXED32), bytesOf(Float32Array.of(value))];

export const text = (field: number, value: string): Fields => bytes(field, new TextEncoder().encode(value));

export const bytes = (field: number, content: Uint8Array): Fields => [
  tag(field, LENGTH),
  varint(content.length),
  content,
];

export function message(field: number, ...members: readonly Fields[]): Fields {
  const pieces = members.flat();
  return [tag(field, LENGTH), varint(lengthOf(pieces)), ...pieces];
}

export const floats = (field: number, values: ArrayLike<number>): Fields =>
  bytes(field, bytesOf(Float32Array.from(values)));

/** Packed: readers of proto2 take it for a repeated field of integers as well, and it is half as long. */
export function integers(field: number, values: ArrayLike<number>): Fields {
  let length = 0;
  for (let index = 0; index < values.length; index++) length += varintLength(values[index]!);
  const content = new Uint8Array(length);
  let at = 0;
  for (let index = 0; index < values.length; index++) at = writeVarint(content, at, values[index]!);
  return bytes(field, content);
}

/** One piece for all: a forest has millions of them, and few that differ. */
export function texts(field: number, values: readonly string[]): Fields {
  const encoded = new Map<string, Uint8Array>();
  for (const value of values) if (!encoded.has(value)) encoded.set(value, joined(text(field, value)));
  return [joined(values.map((value) => encoded.get(value)!))];
}

export function joined(pieces: Fields): Uint8Array {
  const all = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Little-endian, as protocol buffers and ONNX have numbers. */
export const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const lengthOf = (pieces: Fields): number => pieces.reduce((sum, piece) => sum + piece.length, 0);

const tag = (field: number, wireType: number): Uint8Array => varint((field << 3) | wireType);

function varint(value: number | bigint): Uint8Array {
  const content = new Uint8Array(varintLength(value));
  writeVarint(content, 0, value);
  return content;
}

// Seven bits a byte, the lowest first; a negative number as 64 bits of two's complement.
const isSmall = (value: number | bigint): value is number => typeof value === "number" && value >= 0 && value < 2 ** 31;

function varintLength(value: number | bigint): number {
  if (isSmall(value)) return value < 0x80 ? 1 : Math.ceil((32 - Math.clz32(value)) / 7);
  return Math.ceil(BigInt.asUintN(64, BigInt(value)).toString(2).length / 7);
}

function writeVarint(into: Uint8Array, at: number, value: number | bigint): number {
  if (!isSmall(value)) return writeLong(into, at, BigInt.asUintN(64, BigInt(value)));
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) into[at++] = (rest & 0x7f) | 0x80;
  into[at++] = rest;
  return at;
}

function writeLong(into: Uint8Array, at: number, value: bigint): number {
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) into[at++] = Number(rest & 0x7fn) | 0x80;
  into[at++] = Number(rest);
  return at;
}

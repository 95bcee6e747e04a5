import { ProblemError } from "@millrace/contracts";
import type { Matrix } from "./matrix.js";

export type NpyArray = Matrix | Float32Array | Float64Array | Int32Array;

const kinds = { "<f4": Float32Array, "<f8": Float64Array, "<i4": Int32Array } as const;
type Kind = keyof typeof kinds;

const MAGIC = "\x93NUMPY\x01\x00";

/** NumPy's file format 1.0, little-endian and row by row: `numpy.load` reads it. */
export function encodeNpy(array: NpyArray): Uint8Array {
  const values = ArrayBuffer.isView(array) ? array : array.values;
  const shape = ArrayBuffer.isView(array) ? `(${array.length},)` : `(${array.rows}, ${array.columns})`;
  const type = (Object.keys(kinds) as Kind[]).find((kind) => kinds[kind].name === values.constructor.name)!;
  const header = paddedHeader(`{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`);
  const bytes = new Uint8Array(header.length + values.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  return bytes;
}

/** The header ends with a line end at a multiple of 64 bytes. */
function paddedHeader(description: string): Uint8Array {
  const length = Math.ceil((MAGIC.length + 2 + description.length + 1) / 64) * 64 - MAGIC.length - 2;
  const text = `${MAGIC}${String.fromCharCode(length & 0xff, length >> 8)}${description.padEnd(length - 1)}\n`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function decodeNpy(bytes: Uint8Array): NpyArray {
  const { start, type, shape } = headerOf(bytes);
  const count = shape.reduce((product, size) => product * size, 1);
  const size = count * kinds[type].BYTES_PER_ELEMENT;
  if (bytes.length !== start + size) throw notNpy(`it has ${bytes.length - start} bytes of values instead of ${size}`);
  const values = new kinds[type](new Uint8Array(bytes.subarray(start)).buffer);
  if (shape.length === 1) return values;
  if (values instanceof Int32Array) throw notNpy("it is a matrix of integers");
  return { rows: shape[0]!, columns: shape[1]!, values };
}

function headerOf(bytes: Uint8Array): { start: number; type: Kind; shape: number[] } {
  const start = 10 + ((bytes[8] ?? 0) | ((bytes[9] ?? 0) << 8));
  const text = String.fromCharCode(...bytes.subarray(0, Math.min(start, 4096)));
  const match =
    /^\x93NUMPY\x01\x00.*'descr': '(<f4|<f8|<i4)', 'fortran_order': False, 'shape': \((\d+),(?: (\d+))?\)/s.exec(text);
  if (!match) throw notNpy("its header is not that of a vector or matrix of <f4, <f8 or <i4 in C order, format 1.0");
  return { start, type: match[1] as Kind, shape: match.slice(2).filter(Boolean).map(Number) };
}

const notNpy = (why: string): ProblemError =>
  new ProblemError({
    code: "NPY_UNREADABLE",
    message: `this is no .npy file that can be read here: ${why}.`,
    remedy: "Write it again with encodeNpy.",
  });

import { ProblemError } from "@millrace/contracts";

const kinds = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
} as const;

export type ArrayKind = keyof typeof kinds;
export type NumberArray = InstanceType<(typeof kinds)[ArrayKind]>;

export const isArrayKind = (kind: unknown): kind is ArrayKind => typeof kind === "string" && Object.hasOwn(kinds, kind);

export function kindOf(array: ArrayBufferView, where: string): ArrayKind {
  const found = Object.entries(kinds).find(([, constructor]) => array instanceof constructor);
  if (found) return found[0] as ArrayKind;
  throw new ProblemError({
    code: "PACKAGE_CONTENT_INVALID",
    where,
    message: `a ${array.constructor.name} can't be stored in a package.`,
    remedy: `Use one of ${Object.values(kinds)
      .map(({ name }) => name)
      .join(", ")}.`,
  });
}

export const byteLengthOf = (kind: ArrayKind, length: number): number => kinds[kind].BYTES_PER_ELEMENT * length;

/** A view of the bytes that are there: nothing is copied. */
export const arrayAt = (kind: ArrayKind, { buffer }: Uint8Array, offset: number, length: number): NumberArray =>
  new kinds[kind](buffer as ArrayBuffer, offset, length);

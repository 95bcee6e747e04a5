/** Thrift's compact protocol, as far as Parquet's metadata need it. A field that is undefined is left out. */
export type ThriftValue =
  | { readonly type: "i32" | "i64" | "i16"; readonly value: number }
  | { readonly type: "bytes"; readonly value: Uint8Array | string }
  | { readonly type: "struct"; readonly fields: ThriftFields }
  | { readonly type: "list"; readonly of: ThriftValue["type"]; readonly values: readonly ThriftValue[] };

/** By the numbers of the fields, in rising order. */
export type ThriftFields = readonly (readonly [id: number, value: ThriftValue | undefined])[];

export const i32 = (value: number): ThriftValue => ({ type: "i32", value });
export const i64 = (value: number): ThriftValue => ({ type: "i64", value });
export const bytes = (value: Uint8Array | string): ThriftValue => ({ type: "bytes", value });
export const struct = (fields: ThriftFields): ThriftValue => ({ type: "struct", fields });
export const list = (of: ThriftValue["type"], values: readonly ThriftValue[]): ThriftValue => ({
  ...{ type: "list", of, values },
});

const codes = { i16: 4, i32: 5, i64: 6, bytes: 8, list: 9, struct: 12 } as const;

export function encodeStruct(fields: ThriftFields): Buffer {
  const out: Buffer[] = [];
  writeStruct(fields, out);
  return Buffer.concat(out);
}

/** The field numbers of Parquet are never more than 15 apart, so each goes into one byte with its type. */
function writeStruct(fields: ThriftFields, out: Buffer[]): void {
  let last = 0;
  for (const [id, value] of fields) {
    if (value === undefined) continue;
    out.push(Buffer.of(((id - last) << 4) | codes[value.type]));
    writeValue(value, out);
    last = id;
  }
  out.push(Buffer.of(0));
}

function writeValue(value: ThriftValue, out: Buffer[]): void {
  if (value.type === "struct") return writeStruct(value.fields, out);
  if (value.type === "list") return writeList(value.of, value.values, out);
  if (value.type !== "bytes") {
    out.push(varint(value.value * 2));
    return;
  }
  const content = Buffer.from(value.value as string);
  out.push(varint(content.length), content);
}

function writeList(of: ThriftValue["type"], values: readonly ThriftValue[], out: Buffer[]): void {
  if (values.length < 15) out.push(Buffer.of((values.length << 4) | codes[of]));
  else out.push(Buffer.of(0xf0 | codes[of]), varint(values.length));
  for (const value of values) writeValue(value, out);
}

/** A number that is not negative, seven bits a byte. */
export function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) | 0x80);
  out.push(rest);
  return Buffer.from(out);
}

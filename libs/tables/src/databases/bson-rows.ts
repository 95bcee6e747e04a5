import { putNumber, putText, type ColumnBuilder } from "./column-builder.js";
import { endOfName, endOfValue, longAt, putRare } from "./bson-values.js";
import type { Problems } from "./database-problem.js";
import type { RowBatches } from "./row-batches.js";

/** A field at one place of a document: the column of its values, and what is inside where it is a document itself. */
interface Field {
  readonly index: number;
  readonly name: Buffer;
  readonly path: string;
  column: ColumnBuilder | undefined;
  inside: Level | undefined;
}

interface Level {
  readonly prefix: string;
  readonly fields: Field[];
  readonly byName: Map<string, Field>;
}

const MOST_COLUMNS = 2_000;

/**
 * Puts documents into columns from their bytes: there is no object for a document. Documents of one collection mostly have
 * the same fields in the same order, so each name is compared with the one that came at this place before.
 */
export function bsonRows(batches: RowBatches, problems: Problems): (document: Uint8Array) => void {
  const columns = new Map<string, ColumnBuilder>();
  const root = levelOf("");
  return (document) => {
    const bytes = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
    walk(bytes, 0, root);
  };

  function walk(bytes: Buffer, start: number, level: Level): void {
    const end = start + bytes.readInt32LE(start) - 1;
    let at = start + 4;
    let expected = 0;
    while (at < end) {
      const type = bytes[at]!;
      const field = fieldAt(bytes, at + 1, level, expected);
      const value = at + 2 + field.name.length;
      expected = field.index + 1;
      const next = endOfValue(bytes, type, value);
      if (type === 0x03) walk(bytes, value, (field.inside ??= levelOf(`${field.path}.`)));
      else if (type !== 0x0a && type !== 0x06) put(bytes, type, at, value, next, field);
      at = next;
    }
  }

  function put(bytes: Buffer, type: number, at: number, value: number, next: number, field: Field): void {
    const column = (field.column ??= columnOf(field.path));
    const { row } = batches;
    if (column.lastRow === row) throw problems.duplicateColumn(column.name);
    column.lastRow = row;
    if (type === 0x10) putNumber(column, row, bytes.readInt32LE(value), "number");
    else if (type === 0x01) putNumber(column, row, bytes.readDoubleLE(value), "number");
    else if (type === 0x02) putText(column, row, bytes.toString("utf8", value + 4, next - 1));
    else if (type === 0x07) putText(column, row, bytes.toString("hex", value, next));
    else if (type === 0x08) putNumber(column, row, bytes[value]!, "flag");
    else if (type === 0x09) putNumber(column, row, longAt(bytes, value) ?? Infinity, "date");
    else if (type === 0x12) putLong(column, row, bytes, value);
    else putRare(column, row, bytes.subarray(at, next));
  }

  function columnOf(path: string): ColumnBuilder {
    const known = columns.get(path);
    if (known) return known;
    if (columns.size >= MOST_COLUMNS) {
      throw problems.invalidQuery(
        `the documents have more than ${MOST_COLUMNS} fields: choose some with a projection.`,
      );
    }
    const column = batches.add(path);
    columns.set(path, column);
    return column;
  }
}

const levelOf = (prefix: string): Level => ({ prefix, fields: [], byName: new Map() });

function fieldAt(bytes: Buffer, at: number, level: Level, expected: number): Field {
  const likely = level.fields[expected];
  if (likely && hasName(bytes, at, likely.name)) return likely;
  const name = bytes.toString("utf8", at, endOfName(bytes, at) - 1);
  const known = level.byName.get(name);
  if (known) return known;
  const path = level.prefix + name;
  const field: Field = {
    index: level.fields.length,
    name: Buffer.from(name),
    path,
    column: undefined,
    inside: undefined,
  };
  level.fields.push(field);
  level.byName.set(name, field);
  return field;
}

function hasName(bytes: Buffer, at: number, name: Buffer): boolean {
  for (let index = 0; index < name.length; index++) if (bytes[at + index] !== name[index]) return false;
  return bytes[at + name.length] === 0;
}

function putLong(column: ColumnBuilder, row: number, bytes: Buffer, at: number): void {
  const value = longAt(bytes, at);
  if (value === undefined) putText(column, row, String(bytes.readBigInt64LE(at)));
  else putNumber(column, row, value, "number");
}

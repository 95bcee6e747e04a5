import type { Column, Table } from "@millrace/contracts";

const mostRows = 10_000;

/** Some rows of a side of known size, evenly over it: the same rows every time. */
export function openSample(rows: number) {
  const stride = Math.max(1, Math.ceil(rows / mostRows));
  const columns = new Map<string, { kind: Column["kind"]; cells: (number | string | undefined)[] }>();
  let taken = 0;

  return {
    add(table: Table, start: number): void {
      const first = (stride - (start % stride)) % stride;
      for (const column of table.columns) {
        if (!columns.has(column.name)) columns.set(column.name, { kind: column.kind, cells: [] });
        const { cells } = columns.get(column.name)!;
        for (let row = first; row < table.rows; row += stride) {
          cells.push(column.kind === "text" ? column.dictionary[column.codes[row]!] : column.values[row]!);
        }
      }
      for (let row = first; row < table.rows; row += stride) taken++;
    },
    table: (): Table => ({
      rows: taken,
      columns: [...columns].map(([name, { kind, cells }]) => columnOfCells(name, kind, cells)),
    }),
  };
}

export function columnOfCells(
  name: string,
  kind: Column["kind"],
  cells: readonly (number | string | undefined)[],
): Column {
  if (kind === "number") return { name, kind, values: Float64Array.from(cells, (cell) => (cell as number) ?? NaN) };
  const dictionary = [...new Set(cells.filter((cell) => cell !== undefined) as string[])].sort();
  const codes = new Map(dictionary.map((text, code) => [text, code]));
  return { name, kind, dictionary, codes: Int32Array.from(cells, (cell) => codes.get(cell as string) ?? -1) };
}

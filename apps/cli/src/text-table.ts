/** Rows under their headings, in columns as wide as their widest cell; the last one is as long as it likes. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join("  ");
  return all.map((row) => `${line(row).trimEnd()}\n`).join("");
}

export const secondsText = (seconds: number | undefined): string =>
  seconds === undefined ? "" : seconds < 100 ? `${seconds.toFixed(2)} s` : `${Math.round(seconds)} s`;

export const timeText = (time: string): string => time.slice(0, 19).replace("T", " ");

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peer } from "./peers/python.mjs";

/** Measures one figure after the other beside one peer; the rows that both work on go through a file. */
export async function measureBeside(script, figures, measured, log) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const python = await peer(script);
  const results = [];
  for (const figure of figures) {
    results.push(await measured(figure, python, join(folder, "rows")));
    log(JSON.stringify(results.at(-1)));
  }
  python.stop();
  rmSync(folder, { recursive: true });
  return results;
}

export const median = (values) => quantile(values, 0.5);

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

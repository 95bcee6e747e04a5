import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cell, type dataArrived, type datasetIngested, type DataOf } from "@millrace/contracts";
import { readTableArtifact, runServices } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { ingest } from "./ingest.js";

export type Ingested = DataOf<typeof datasetIngested>;

/** The ingest step on embedded stores, with a pipelines folder of its own that has one pipeline. */
export async function openIngestion(environment: Record<string, string> = {}) {
  const bench = await openStepBench((all) => runServices("test", [], { environment: all }), environment);
  const folder = join(bench.folder, "pipelines", "shop");
  await mkdir(folder, { recursive: true });
  const at = (...parts: string[]) => join(folder, ...parts);
  let runs = 0;

  const contextOf = (run: string, more: object = {}) => ({
    ...bench.context({ run }),
    settings: { ...bench.platform.settings, MILLRACE_PIPELINES_DIR: join(bench.folder, "pipelines") },
    ...more,
  });
  async function run(arrival: Partial<DataOf<typeof dataArrived>> & { run?: string; context?: object } = {}) {
    const { run = `run-${++runs}`, context, ...data } = arrival;
    const using = contextOf(run, context);
    const emission = await ingest.run({ pipeline: "shop", ...data }, using);
    return Object.assign(emission!.data as Ingested, { said: using.told });
  }
  async function rowsOf(told: Ingested, column = "id"): Promise<number[]> {
    const rows: unknown[] = [];
    for (const ref of [told.train, told.test]) {
      const table = await readTableArtifact(bench.platform.artifacts, ref);
      const found = table.columns.find(({ name }) => name === column)!;
      for (let row = 0; row < table.rows; row++) rows.push(cell(found, row));
    }
    return (rows as number[]).sort((a, b) => a - b);
  }
  const pipeline = (yaml: string) =>
    writeFile(at("pipeline.yaml"), `name: shop\ntarget: { column: bought }\n${yaml}\n`);
  return {
    ...bench,
    at,
    run,
    rowsOf,
    pipeline,
    write: (name: string, text: string | Uint8Array) => writeFile(at(name), text),
  };
}

/** Rows with a number, a time that grows by a day, and a target. */
export const shopRows = (from: number, to: number): (readonly [number, string, string])[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const id = from + index;
    return [id, new Date(Date.UTC(2024, 0, id)).toISOString().slice(0, 10), id % 3 ? "yes" : "no"] as const;
  });

export const shopCsv = (from: number, to: number): string =>
  `id,day,bought\n${shopRows(from, to)
    .map((row) => row.join(","))
    .join("\n")}\n`;

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** What a run says that finds nothing new. */
export const nothingNew = { step: "ingest", summary: expect.stringContaining("nothing is new") as string };

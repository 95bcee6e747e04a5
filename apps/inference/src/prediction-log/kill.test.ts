import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "@millrace/testing";
import { filesBelow, openLogForTest, readParquet } from "./log-for-test.js";
import { rowsIn, type PredictionRow } from "./row-reader.js";

/** What was built of the log: a process of its own can't load TypeScript. */
const compiled = new URL("../../dist/prediction-log/prediction-log.js", import.meta.url).href;

/** Writes rows as fast as a busy replica does, and says after every hundredth of a second how many it has written. */
const program = (options: object) => `
import { writeSync } from "node:fs";
import { openPredictionLog } from ${JSON.stringify(compiled)};
const nothing = () => undefined;
const log = await openPredictionLog({
  ...${JSON.stringify(options)},
  isKnown: () => true, namesOf: nothing, clock: () => new Date(), log: { info: nothing, warn: nothing },
  settingsOf: async () => ({ sample: 1, drop: [], hash: [] }),
});
let written = 0;
setInterval(() => {
  for (let i = 0; i < 50; i++)
    log.write({ id: "p-" + written++, at: new Date(), model: "sides", version: 1, status: 200, milliseconds: 0.1, features: { x: written } });
  writeSync(1, written + " " + Date.now() + "\\n");
}, 10);
`;

describe("kill -9", () => {
  it("loses at most the rows of the last second, and the next process brings the others to the store", async () => {
    const bench = await openLogForTest({ segmentBytes: 300_000 });
    const child = spawn(process.execPath, ["--input-type=module", "-e", program(bench.options)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said: { written: number; at: number }[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [written, at] = line.split(" ").map(Number);
      said.push({ written: written!, at: at! });
    });
    await until("two seconds of load", () => said.length > 0 && said.at(-1)!.at - said[0]!.at > 2_000);
    const killedAt = Date.now();
    child.kill("SIGKILL");
    await once(child, "close");

    const spool = join(bench.path, "spool");
    const files = await filesBelow(spool, "");
    const segments = files.filter((name) => /\.(open|rows)$/.test(name));
    const bytes = await Promise.all(segments.map((name) => readFile(join(spool, name))));
    const kept = bytes.flatMap((each) => [...rowsIn(each)].map((row) => (row as PredictionRow).id));
    const before = said.filter(({ at }) => at <= killedAt - 1_000).at(-1)!.written;
    const exported = await idsIn(bench.path);
    const found = new Set([...kept, ...exported]);
    const missing = Array.from({ length: before }, (_, place) => `p-${place}`).filter((id) => !found.has(id));
    expect(before).toBeGreaterThan(1_000);
    expect(missing).toEqual([]);

    const next = await bench.open();
    await next.stop();
    const ids = await idsIn(bench.path);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(found.size);
    expect(await filesBelow(spool, "")).toEqual([]);
    await bench.remove();
  });
});

async function idsIn(folder: string): Promise<string[]> {
  const ids: string[] = [];
  for (const part of await filesBelow(join(folder, "exports"), ".parquet")) {
    const { columns } = await readParquet(join(folder, "exports", part));
    const column = columns.find(({ name }) => name === "id");
    if (column?.kind === "text") for (const code of column.codes) ids.push(column.dictionary[code]!);
  }
  return ids;
}

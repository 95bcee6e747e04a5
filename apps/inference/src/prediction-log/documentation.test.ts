import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { repositoryRoot } from "@millrace/testing";
import { entryOf, openLogForTest } from "./log-for-test.js";

describe("docs/prediction-log.md", () => {
  it("has queries that run as they stand, on a log as it is written", async () => {
    const bench = await openLogForTest();
    const log = await bench.open();
    for (let i = 0; i < 10; i++) {
      const answered = { features: { petal_length: i }, prediction: i < 5 ? "setosa" : "other", confidence: 0.9 };
      log.write(entryOf({ ...answered, id: `p-${i}`, model: "iris", version: 1 + (i % 2), at: new Date() }));
    }
    for (const [at, label] of [
      [1, "other"],
      [2, "setosa"],
    ] as const)
      log.writeLabel({ predictionId: "p-0", at: new Date(at), model: "iris", label });
    await log.stop();
    const page = await readFile(join(repositoryRoot, "docs/prediction-log.md"), "utf8");
    const queries = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => sql!);
    const answers = await ask(join(bench.path, "exports", "log"), queries);
    expect(answers).toEqual([
      expect.arrayContaining([expect.objectContaining({ version: 1, prediction: "setosa", answers: "3" })]),
      [{ version: 1, labelled: "1", accuracy: 1 }],
      expect.arrayContaining([expect.objectContaining({ petal_length: expect.any(Number) })]),
    ]);
    await bench.remove();
  });
});

async function ask(folder: string, queries: readonly string[]): Promise<unknown[]> {
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  await connection.run(`set file_search_path = '${folder}'`);
  const answers = [];
  for (const sql of queries) answers.push((await connection.runAndReadAll(sql)).getRowObjectsJson());
  connection.closeSync();
  database.closeSync();
  return answers;
}

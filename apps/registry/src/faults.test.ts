import type { CloudEvent } from "@millrace/contracts";
import { whatIsWrong } from "./check-life-for-test.js";
import { liveThrough } from "./life-for-test.js";
import { openBench } from "./registry-for-test.js";

const AT_ONCE = 8;
const LIVES = process.env.CI === undefined ? 48 : 200;

describe("seeded lives of models at registries whose calls fail after their work", () => {
  it("have no double version, lose no approval and accept no write of a registry that stood still", async () => {
    const wrong: string[] = [];
    const kinds = new Set<string>();
    for (let seed = 1; seed <= LIVES; seed += AT_ONCE) {
      const bench = await openBench();
      try {
        const seeds = Array.from({ length: AT_ONCE }, (_, more) => seed + more);
        const said: CloudEvent[] = [];
        const lives = await Promise.all(seeds.map((one) => liveThrough(one, bench, said)));
        for (const { generations } of lives) for (const { change } of generations) kinds.add(change!.kind);
        wrong.push(...lives.flatMap(whatIsWrong));
      } finally {
        await bench.close();
      }
    }
    expect(wrong).toEqual([]);
    expect([...kinds].sort()).toEqual([
      ...["promoted", "rolled-back", "rollout-aborted", "rollout-advanced", "rollout-begun", "rollout-completed"],
    ]);
  }, 300_000);
});

import type { CloudEvent } from "@millrace/contracts";
import { whatIsWrong } from "./check-life-for-test.js";
import { seeded } from "./faults-for-test.js";
import { freshServers, removeHost, withMortalRegistries, type Faults } from "./mortal-registries-for-test.js";
import { openBench } from "./registry-for-test.js";
import { liveAtServers } from "./served-life-for-test.js";

const AT_ONCE = 10;
const RUNS = Number(process.env.MILLRACE_FAULT_RUNS ?? 4);
const FIRST = Number(process.env.MILLRACE_FAULT_FIRST ?? 1);

describe("models at registries that are killed, stand still past their connection and lose answers, on real servers", () => {
  it(
    `have no double version, lose no approval and accept no write of a zombie, in ${RUNS} seeded runs`,
    async () => {
      const wrong: string[] = [];
      const sum: Faults = { lost: 0, killed: 0, stopped: 0 };
      for (let first = FIRST; first < FIRST + RUNS; first += AT_ONCE) {
        const seeds = Array.from({ length: Math.min(AT_ONCE, FIRST + RUNS - first) }, (_, more) => first + more);
        const servers = await freshServers();
        const bench = await openBench(undefined, servers);
        const said: CloudEvent[] = [];
        const listening = await bench.platform.bus.listen(["#"], (event) => void said.push(event));
        const live = async () => {
          const lives = seeds.map((seed) =>
            liveAtServers(seed, bench, said).then(whatIsWrong, (error: Error) => [`seed ${seed}: ${error.message}`]),
          );
          wrong.push(...(await Promise.all(lives)).flat());
        };
        const faults = await withMortalRegistries(servers, seeded(first), live);
        for (const kind of ["lost", "killed", "stopped"] as const) sum[kind] += faults[kind];
        await listening.cancel();
        await bench.close();
        await removeHost(servers);
        const told = `seeds ${first} to ${first + seeds.length - 1}: ${JSON.stringify({ wrong: wrong.length, ...sum })}`;
        process.stdout.write(`${[told, ...wrong].join("\n")}\n`);
      }
      expect(wrong).toEqual([]);
      expect(Math.min(sum.lost, sum.killed, sum.stopped)).toBeGreaterThan(0);
    },
    600_000 + RUNS * 20_000,
  );
});

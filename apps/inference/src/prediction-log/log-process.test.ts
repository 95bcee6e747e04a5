import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder, until } from "@millrace/testing";
import { startProcess } from "./log-process.js";

/** From /proc: the 18th and the 40th of what stands behind the name. */
function waysOf(pid: number): { nice: number; policy: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return { nice: Number(fields[16]), policy: Number(fields[38]) };
}

const IDLE = 5;
const hasChrt = spawnSync("chrt", ["--idle", "0", "true"]).status === 0;

describe("the process that brings away the log", () => {
  it("runs only when nobody else wants to, or gives way as far as the system lets it", async () => {
    if (process.platform !== "linux") return;
    const folder = await temporaryFolder("export");
    const store = { artifacts: { dir: folder.path }, bucket: "log" };
    const started = startProcess("export", { segments: [join(folder.path, "none.rows")], store }, () => undefined);
    const seen = await until("its class", () => {
      const ways = waysOf(started.pid!);
      return (hasChrt ? ways.policy === IDLE : ways.nice > 0) && ways;
    });
    expect(seen.policy === IDLE || seen.nice > 0).toBe(true);
    await started.ended;
    await folder.remove();
  });
});

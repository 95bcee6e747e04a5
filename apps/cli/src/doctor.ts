import { platformSettings, readSettings, type PlatformSettings } from "@millrace/service";
import { show, type CommandContext } from "./command.js";
import { checkArtifacts, checkBroker, checkRecords, checkTracking } from "./doctor-dependencies.js";
import { type Finding, wrong } from "./doctor-finding.js";
import { checkGateway, checkInference, checkNode, checkPipelines } from "./doctor-machine.js";
import { exitCodes } from "./exit-code.js";
import { secondsText, textTable } from "./text-table.js";

export interface Check {
  name: string;
  look(settings: PlatformSettings, context: CommandContext): Promise<Finding>;
}

export type Checked = Finding & { check: string; seconds: number };

const checks: readonly Check[] = [
  { name: "node", look: checkNode },
  { name: "pipelines", look: checkPipelines },
  { name: "broker", look: checkBroker },
  { name: "records", look: checkRecords },
  { name: "artifacts", look: checkArtifacts },
  { name: "tracking", look: checkTracking },
  { name: "gateway", look: checkGateway },
  { name: "inference", look: checkInference },
];

const LONGEST_MS = 15_000;

/** Opens everything that the environment names, and says what is wrong and what to do. */
export async function doctor(context: CommandContext): Promise<number> {
  const settings = readSettings(platformSettings, context.io.environment);
  const findings: Checked[] = [];
  for (const check of checks) findings.push(await carryOut(check, settings, context));
  const healthy = findings.every(({ state }) => state !== "wrong");
  show(context, { healthy, checks: findings }, () => text(findings, healthy));
  return healthy ? exitCodes.ok : exitCodes.error;
}

async function carryOut({ name, look }: Check, settings: PlatformSettings, context: CommandContext): Promise<Checked> {
  const began = performance.now();
  const finding = await Promise.race([look(settings, context), tooLate()]).catch(wrong);
  return { check: name, ...finding, seconds: Math.round(performance.now() - began) / 1000 };
}

const tooLate = (): Promise<Finding> =>
  new Promise((resolve) => {
    const late: Finding = {
      state: "wrong",
      detail: `no answer within ${LONGEST_MS / 1000} s`,
      remedy: "See whether the server is up and its address is right.",
    };
    setTimeout(() => resolve(late), LONGEST_MS).unref();
  });

function text(findings: readonly Checked[], healthy: boolean): string {
  const rows = findings.map(({ check, state, seconds, detail }) => [state, check, secondsText(seconds), detail]);
  const remedies = findings
    .filter(({ remedy }) => remedy !== undefined)
    .map(({ check, remedy }) => `${check}: ${remedy}\n`);
  const verdict = healthy ? "Nothing is wrong.\n" : "Something is wrong.\n";
  return textTable(["STATE", "CHECK", "TOOK", "FOUND"], rows) + remedies.join("") + verdict;
}

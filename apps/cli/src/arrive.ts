import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { RunView } from "./api.js";
import { show, type CommandContext } from "./command.js";
import { exitCodes, exitOfRun } from "./exit-code.js";
import { followRun } from "./follow-run.js";
import { runLines, verdictLine } from "./run-lines.js";

export interface WaitOptions {
  wait: boolean;
  timeout: number;
}

export interface ArriveOptions extends WaitOptions {
  source?: string;
  again?: boolean;
}

/** Says that data have arrived, and follows the run. */
export async function arrive(pipeline: string, options: ArriveOptions, context: CommandContext): Promise<number> {
  const source = options.source === undefined ? undefined : pathOf(options.source, context.io.cwd);
  const accepted = await context.api.arrive({ pipeline, source, reason: "cli" }, options.again ?? false);
  if (!options.wait) {
    show(
      context,
      accepted,
      () => `${accepted.run} ${accepted.duplicate ? "had begun with these data before" : "began"}\n`,
    );
    return exitCodes.ok;
  }
  if (!context.json && accepted.duplicate) {
    context.io.out(`these data are known from ${accepted.run}; --again makes a new run\n`);
  }
  return followToEnd(accepted.run, options, context);
}

/** Goes on with a run that failed or stands still, and follows it. */
export async function resume(
  run: string,
  options: WaitOptions & { from?: string },
  context: CommandContext,
): Promise<number> {
  const resumed = await context.api.resume(run, options.from);
  if (options.wait) return followToEnd(run, options, context);
  show(context, resumed, () => `${run} goes on${resumed.step === undefined ? "" : ` from ${resumed.step}`}\n`);
  return exitCodes.ok;
}

// A path that is a file here is meant as such; any other is for the platform's machine to find.
function pathOf(source: string, cwd: string): string {
  const path = resolve(cwd, source);
  return existsSync(path) ? path : source;
}

async function followToEnd(run: string, options: WaitOptions, context: CommandContext): Promise<number> {
  const { timeout } = options;
  const { api, io, json } = context;
  if (!json) io.out(`${run}\n`);
  const lines = runLines(json ? { out: () => {}, terminal: false } : io);
  const ended: RunView = await followRun(api, run, { timeoutSeconds: timeout, watcher: lines }).finally(lines.done);
  show(context, ended, () => `${verdictLine(ended)}\n`);
  // A newer arrival took its place: what becomes of the data is told by that run.
  if (ended.turn?.state === "superseded" && !json) return followToEnd(ended.turn.by, options, context);
  return exitOfRun(ended.status);
}

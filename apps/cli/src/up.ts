import { runUntilStopped } from "@millrace/service";
import { exitCodes } from "./exit-code.js";
import type { Io } from "./io.js";

/** Runs every service in this process until Ctrl-C. The services are loaded only here: other commands start at once. */
export async function up(options: { example: boolean; pipeline?: string }, { environment, out }: Io): Promise<number> {
  await runUntilStopped(async () => {
    const { startStandalone } = await import("@millrace/standalone");
    return startStandalone({ ...options, environment, say: (line) => out(`${line}\n`) });
  });
  return exitCodes.ok;
}

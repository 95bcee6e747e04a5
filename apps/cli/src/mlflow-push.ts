import { resolve } from "node:path";
import { problemOf, Retry } from "@millrace/contracts";
import { pushHistory, type Pushed } from "@millrace/tracking";
import { show, type CommandContext } from "./command.js";
import { CommandProblem, exitCodes } from "./exit-code.js";

export interface MlflowPushOptions {
  to?: string;
  experiment?: string[];
  from?: string;
}

/** Brings what Millrace has tracked in local files to an MLflow server, as often as one likes. */
export async function mlflowPush(options: MlflowPushOptions, context: CommandContext): Promise<number> {
  const { io, json } = context;
  const dir = resolve(io.cwd, options.from ?? io.environment.MILLRACE_DATA_DIR ?? ".millrace", "tracking");
  const to = { trackingUri: serverOf(options, context), environment: io.environment };
  const say = (line: string): void => (json ? undefined : io.out(`${line}\n`));
  const pushed = await pushHistory({ dir, to, experiments: options.experiment, say }).catch(asUnreachable);
  show(context, pushed, () => `${summaryOf(pushed)}\n`);
  return pushed.failed > 0 ? exitCodes.error : exitCodes.ok;
}

const summaryOf = ({ runs, versions, aliases, known, failed }: Pushed): string =>
  `pushed ${runs} runs, ${versions} versions and ${aliases} aliases; ${known} were there${failed > 0 ? `; ${failed} were refused` : ""}`;

function serverOf({ to }: MlflowPushOptions, { io }: CommandContext): string {
  const server = to ?? io.environment.MLFLOW_TRACKING_URI;
  if (server) return server;
  throw new CommandProblem(exitCodes.usage, {
    code: "MLFLOW_SERVER_MISSING",
    message: "it is not said to which MLflow server.",
    remedy: "Give --to http://…, or set MLFLOW_TRACKING_URI.",
  });
}

function asUnreachable(error: unknown): never {
  if (!(error instanceof Retry)) throw error;
  const problem = problemOf(error);
  const remedy = "What was pushed stays; give the same command again and it goes on.";
  throw new CommandProblem(exitCodes.unreachable, { ...problem, remedy });
}

import type { Command } from "commander";
import type { CommandContext } from "./command.js";
import { mlflowPush, type MlflowPushOptions } from "./mlflow-push.js";

type Run = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

/** What has to do with an MLflow server, and needs no platform. */
export function mlflowCommands(program: Command, run: Run): void {
  const mlflow = program.command("mlflow").description("bring what was tracked in local files to an MLflow server");
  mlflow
    .command("push")
    .description("push runs, versions and aliases; what the server has is left as it is, so it may be done again")
    .option("--to <uri>", "the server; MLFLOW_TRACKING_URI where it is left out")
    .option("--experiment <name...>", "these experiments alone")
    .option("--from <folder>", "where Millrace ran; MILLRACE_DATA_DIR, else .millrace")
    .action((options: MlflowPushOptions) => run((context) => mlflowPush(options, context)));
}

import { Command, CommanderError } from "commander";
import { problemOf, sentenceOf } from "@millrace/contracts";
import { openApi } from "./api.js";
import { arrive, resume, type ArriveOptions, type WaitOptions } from "./arrive.js";
import type { CommandContext } from "./command.js";
import { dropDeadLetter, listDeadLetters, replayDeadLetter, showDeadLetter } from "./dead-letters.js";
import { doctor } from "./doctor.js";
import { exitCodes, exitOf } from "./exit-code.js";
import type { Io } from "./io.js";
import { keyCommands } from "./keys.js";
import { mlflowCommands } from "./mlflow-commands.js";
import { modelCommands } from "./model-commands.js";
import { positive } from "./option-values.js";
import { listPipelines, listRuns, showRun, type RunsOptions } from "./runs.js";
import { artifact, type ArtifactOptions } from "./artifact.js";
import { dataCommands } from "./data-commands.js";
import { up } from "./up.js";

const exits = `
Exit codes:  0 done, promoted   1 error   2 wrong usage   3 rejected: data or model not good enough   4 the run failed
             5 the platform can't be reached   6 timed out
Environment: MILLRACE_URL (http://127.0.0.1:8080), MILLRACE_INFERENCE_URL (http://127.0.0.1:8000), MILLRACE_API_KEY`;

/** Runs one command line and answers its exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let exit: number = exitCodes.ok;
  const program = programFor(io, (code) => (exit = code));
  try {
    await program.parseAsync(argv, { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    tell(error, io, argv.includes("--json"));
    return exitOf(error);
  }
}

function tell(error: unknown, io: Io, json: boolean): void {
  const problem = problemOf(error);
  io.err(json ? `${JSON.stringify({ error: problem })}\n` : `${problem.code}: ${sentenceOf(problem)}\n`);
}

function programFor(io: Io, ended: (exit: number) => void): Command {
  const program = new Command("millrace")
    .description("Data arrives, and a better model is answering requests.")
    .option("--json", "write one JSON document instead of text")
    .addHelpText("after", exits)
    .showHelpAfterError("`millrace --help` lists the commands.")
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  const context = (): CommandContext => ({ api: openApi(io.environment), io, json: program.opts().json === true });
  const run = async (command: (context: CommandContext) => Promise<number>) => ended(await command(context()));
  runCommands(program, run);
  modelCommands(program, run);
  deadLetterCommands(program, run);
  dataCommands(program, run);
  mlflowCommands(program, run);
  keyCommands(program, run);
  program
    .command("up")
    .description("start everything in this process, with embedded stores unless the environment names servers")
    .option("--no-example", "do not run a pipeline first")
    .option("--pipeline <name>", "which pipeline to run first, and to serve by POST /predict")
    .action((options: { example: boolean; pipeline?: string }) => run(() => up(options, io)));
  program
    .command("doctor")
    .description("check what the platform needs, and say what is wrong and what to do")
    .action(() => run(doctor));
  return program;
}

type Run = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

function runCommands(program: Command, run: Run): void {
  const waiting = (command: Command) =>
    command
      .option("--no-wait", "do not follow the run")
      .option("--timeout <seconds>", "how long to follow it", positive, 1800);
  waiting(program.command("arrive <pipeline>").description("say that data have arrived, and follow the run live"))
    .option("--source <file>", "a file in place of the pipeline's own source")
    .option("--again", "a new run also where the same data have arrived before")
    .action((pipeline: string, options: ArriveOptions) => run((context) => arrive(pipeline, options, context)));
  waiting(program.command("resume <run>").description("let a run that failed or stands still go on"))
    .option("--from <step>", "do this step and those after it again")
    .action((id: string, options: WaitOptions & { from?: string }) => run((context) => resume(id, options, context)));
  program
    .command("runs")
    .description("list runs, the newest first")
    .option("--pipeline <name>")
    .option("--status <status>", "waiting, running, promoted, rejected, rolled-back, superseded or failed")
    .option("--limit <count>", "at most so many", "20")
    .action((options: RunsOptions) => run((context) => listRuns(options, context)));
  program
    .command("run <id>")
    .description("show a run: its steps, what they made, how it ended")
    .action((id: string) => run((context) => showRun(id, context)));
  program
    .command("artifact <run> <name>")
    .description(
      "bring what a step made, by its name in `millrace run`: validation.html, schema.yaml, features.html, …",
    )
    .option("--out <file>", "write it to a file")
    .action((id: string, name: string, options: ArtifactOptions) =>
      run((context) => artifact(id, name, options, context)),
    );
  program
    .command("pipelines")
    .description("list the pipelines, and what is wrong with those that can't be read")
    .action(() => run(listPipelines));
}

function deadLetterCommands(program: Command, run: Run): void {
  const letters = program.command("dead-letters").description("what was given up: list, show, replay, drop");
  letters
    .command("list")
    .option("--queue <queue>")
    .option("--limit <count>")
    .action((options: { queue?: string; limit?: string }) => run((context) => listDeadLetters(options, context)));
  letters.command("show <id>").action((id: string) => run((context) => showDeadLetter(id, context)));
  letters.command("replay <id>").action((id: string) => run((context) => replayDeadLetter(id, context)));
  letters.command("drop <id>").action((id: string) => run((context) => dropDeadLetter(id, context)));
}

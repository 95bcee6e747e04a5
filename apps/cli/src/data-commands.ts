import { InvalidArgumentError, type Command } from "commander";
import type { CommandContext } from "./command.js";
import { init, type InitOptions } from "./init.js";
import { profile, type ProfileOptions } from "./profile.js";
import { sample, type SampleOptions } from "./sample.js";

type Run = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

/** The commands that work on data files and need no platform. */
export function dataCommands(program: Command, run: Run): void {
  program
    .command("init <data>")
    .description("write a pipeline for a data file: it runs at once, and says in comments why it is as it is")
    .requiredOption("--target <column>", "the column to predict")
    .option("--name <name>", "the name of the pipeline; the file's name where it is left out")
    .action((data: string, options: InitOptions) => run((context) => init(data, options, context)));
  program
    .command("profile <data>")
    .description("say what is in a data file: kinds, missing values, ranges, frequent values")
    .option("--target <column>", "say how much each column tells of this one")
    .option("--html <file>", "write the report as a page as well")
    .action((data: string, options: ProfileOptions) => run((context) => profile(data, options, context)));
  program
    .command("sample <name>")
    .description("write made-up data of which the best score is known")
    .option("--rows <count>", "how many rows", whole, 1000)
    .option("--seed <number>", "another seed makes other rows", whole, 1)
    .option("--drift <deviations>", "move some columns by so many standard deviations", number, 0)
    .option("--out <path>", "the file, or the folder where there are several files")
    .action((name: string, options: SampleOptions) => run((context) => sample(name, options, context)));
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number.");
}

function whole(text: string): number {
  const value = number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

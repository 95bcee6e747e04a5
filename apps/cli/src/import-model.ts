import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { parseOnnxSchema, problemOf } from "@millrace/contracts";
import { packOnnx } from "@millrace/runtimes";
import type { Command } from "commander";
import { show, type CommandContext } from "./command.js";
import { CommandProblem, exitCodes } from "./exit-code.js";

export interface ImportOptions {
  name: string;
  schema?: string;
  promote?: boolean;
  reason?: string;
}

type Run = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

/** `millrace models import` stands below `millrace models`. */
export function importCommand(models: Command, run: Run): void {
  models
    .command("import <file>")
    .description(
      "bring a model that was made elsewhere: an .onnx file with its schema, or a package of another Millrace",
    )
    .requiredOption("--name <model>", "the model that it becomes a version of")
    .option("--schema <file>", "what an ONNX model does not say of itself: features, classes (docs/rollouts.md)")
    .option("--promote", "let it serve at once")
    .option("--reason <text>")
    .action((file: string, options: ImportOptions) => run((context) => importModel(file, options, context)));
}

/** Sends the model to the gateway; the registry opens and asks it before it becomes a version. */
export async function importModel(file: string, options: ImportOptions, context: CommandContext): Promise<number> {
  const { name, promote = false, reason } = options;
  const bytes = await packageOf(file, options.schema, context.io.cwd);
  const answer = await context.api.importModel(name, bytes, { promote: String(promote), reason });
  show(context, answer, () => {
    if (!answer.done)
      return `${answer.run} takes longer than usual: \`millrace run ${answer.run}\` shows how it stands\n`;
    const state = answer.promoted
      ? "serves"
      : `is registered; \`millrace rollback ${name} --to ${answer.version}\` lets it serve`;
    return `${name} version ${answer.version} ${state}\n`;
  });
  return exitCodes.ok;
}

async function packageOf(file: string, schema: string | undefined, cwd: string): Promise<Uint8Array> {
  const bytes = await readFile(resolve(cwd, file)).catch(unreadable(file));
  if (schema === undefined) {
    if (file.endsWith(".onnx")) throw usage(`an ONNX model has to come with --schema.`);
    return bytes;
  }
  const text = (await readFile(resolve(cwd, schema)).catch(unreadable(schema))).toString("utf8");
  return packOnnx({ schema: schemaOf(basename(schema), text), onnx: bytes });
}

function schemaOf(file: string, text: string) {
  try {
    return parseOnnxSchema({ file, text });
  } catch (error) {
    throw new CommandProblem(exitCodes.usage, problemOf(error));
  }
}

const unreadable = (file: string) => (error: Error) => {
  throw usage(`${file} can't be read: ${error.message}.`);
};

const usage = (message: string): CommandProblem =>
  new CommandProblem(exitCodes.usage, {
    code: "IMPORT_UNREADABLE",
    message,
    remedy: "For example: millrace models import model.onnx --schema schema.yaml --name iris --promote.",
  });

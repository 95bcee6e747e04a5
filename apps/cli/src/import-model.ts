import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { parseOnnxSchema, problemOf } from "@millrace/contracts";
import { packOnnx } from "@millrace/runtimes";
import type { Command } from "commander";
import type { Import } from "./api.js";
import { show, type CommandContext } from "./command.js";
import { CommandProblem, exitCodes, exitOfRun } from "./exit-code.js";

export interface ImportOptions {
  name: string;
  schema?: string;
  promote?: boolean;
  judge?: boolean;
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
    .option("--judge", "let the pipeline of that name judge it beside the champion, as a model that was trained here")
    .option("--reason <text>")
    .action((file: string, options: ImportOptions) => run((context) => importModel(file, options, context)));
}

/** Sends the model to the gateway; the registry opens and asks it before it becomes a version. */
export async function importModel(file: string, options: ImportOptions, context: CommandContext): Promise<number> {
  const { name, promote = false, judge = false, reason } = options;
  if (promote && judge) throw usage("--promote lets it serve unjudged, so it can't stand beside --judge.");
  const bytes = await packageOf(file, options.schema, context.io.cwd);
  const answer = await context.api.importModel(name, bytes, { promote: String(promote), judge: String(judge), reason });
  show(context, answer, () => tell(answer));
  return answer.status === undefined ? exitCodes.ok : exitOfRun(answer.status);
}

function tell({ done, run, model, version, promoted, verdict }: Import): string {
  if (!done) return `${run} goes on: \`millrace run ${run}\` shows how it stands\n`;
  const told = `${model} version ${version}`;
  if (promoted) return `${told} serves\n${verdict === undefined ? "" : `${verdict}\n`}`;
  if (verdict !== undefined) return `${told} does not serve\n${verdict}\n`;
  return `${told} is registered; \`millrace rollback ${model} --to ${version}\` lets it serve\n`;
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

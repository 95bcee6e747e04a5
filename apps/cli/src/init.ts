import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { columnNamed, parsePipeline } from "@millrace/contracts";
import { show, type CommandContext } from "./command.js";
import { CommandProblem, exitCodes } from "./exit-code.js";
import { planColumns } from "./init-plan.js";
import { targetFacts, type TargetFacts } from "./init-target.js";
import { initYaml } from "./init-yaml.js";
import { profileColumns } from "./profile-columns.js";
import { readData, requireColumn } from "./profile-read.js";

export interface InitOptions {
  target: string;
  name?: string;
}

/** Writes the folder of a pipeline that runs at once: pipeline.yaml and the data. It never writes over anything. */
export async function init(file: string, { target, name: wanted }: InitOptions, context: CommandContext) {
  const { cwd, environment } = context.io;
  const { table, csv, notes } = await readData(file, cwd);
  requireColumn(table, target, file);
  const facts = targetFacts(columnNamed(table, target)!, file);
  const columns = planColumns(profileColumns(table, target).filter((column) => column.name !== target));
  const plan = { ...columns, warnings: [...notes, ...columns.warnings, ...unlabelled(facts)] };
  const name = wanted ?? nameOf(file);
  const text = initYaml({ name, file: basename(file), csv, rows: table.rows, target: facts, plan });
  parsePipeline({ file: "pipeline.yaml", text });
  const folder = join(resolve(cwd, environment.MILLRACE_PIPELINES_DIR ?? "pipelines"), name);
  await writeFolder(folder, resolve(cwd, file), text);
  const { warnings, dropped } = plan;
  show(context, { pipeline: name, folder, dropped, warnings }, () =>
    [
      `${join(folder, "pipeline.yaml")} is written; read it, it says why it is as it is.`,
      ...dropped.map(([column, reason]) => `  left out: ${column} (${reason})`),
      ...warnings.map((warning) => `  look at this: ${warning}`),
      `Next: millrace arrive ${name}`,
      "",
    ].join("\n"),
  );
  return exitCodes.ok;
}

const unlabelled = ({ column, missing }: TargetFacts): string[] =>
  missing === 0 ? [] : [`${missing} rows have no ${JSON.stringify(column)}: leave them out of the file`];

const nameOf = (file: string): string =>
  basename(file)
    .replace(/(\.(csv|tsv|txt|jsonl|ndjson|json|parquet|gz|zst))+$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "") || "data";

/** The folder is made, not filled: one that is there already is somebody's. */
async function writeFolder(folder: string, data: string, text: string): Promise<void> {
  await mkdir(join(folder, ".."), { recursive: true });
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? folderExists(folder) : error;
  });
  await mkdir(join(folder, "incoming"));
  await copyFile(data, join(folder, basename(data)));
  await writeFile(join(folder, "pipeline.yaml"), text, { flag: "wx" });
}

const folderExists = (folder: string): CommandProblem =>
  new CommandProblem(exitCodes.usage, {
    code: "PIPELINE_EXISTS",
    where: folder,
    message: "there is a folder of this name already, and init never writes over one.",
    remedy: "Choose another name with --name.",
  });

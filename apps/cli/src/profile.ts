import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { show, type CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";
import { profileColumns } from "./profile-columns.js";
import { profileHtml } from "./profile-html.js";
import { readData, requireColumn } from "./profile-read.js";
import { profileText } from "./profile-text.js";

export interface ProfileOptions {
  target?: string;
  html?: string;
}

/** Says what is in a data file, column by column. */
export async function profile(
  file: string,
  { target, html }: ProfileOptions,
  context: CommandContext,
): Promise<number> {
  const { table, notes } = await readData(file, context.io.cwd);
  if (target !== undefined) requireColumn(table, target, file);
  const columns = profileColumns(table, target);
  const report = { file: basename(file), rows: table.rows, target, columns };
  if (html !== undefined) await writeFile(resolve(context.io.cwd, html), profileHtml(report));
  show(context, report, () => {
    const said = html === undefined ? "" : `${html} shows the same with histograms.\n`;
    const looked = notes.map((note) => `${note}\n`).join("");
    return `${table.rows} rows, ${columns.length} columns\n${looked}${profileText(columns, target)}${said}`;
  });
  return exitCodes.ok;
}

import type { ModelView } from "./api.js";
import { show, type CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";
import { textTable, timeText } from "./text-table.js";

export async function listModels(model: string | undefined, context: CommandContext): Promise<number> {
  if (model !== undefined) return showModel(model, context);
  const { models } = await context.api.models();
  const rows = models.map((each) => [
    each.model,
    String(each.version),
    text(each.previous),
    timeText(each.updatedAt),
    each.reason,
  ]);
  show(context, { models }, () =>
    models.length === 0 ? "no model serves yet\n" : textTable(["MODEL", "SERVES", "BEFORE", "SINCE", "REASON"], rows),
  );
  return exitCodes.ok;
}

async function showModel(name: string, context: CommandContext): Promise<number> {
  const model = await context.api.model(name);
  show(context, model, () => versionsText(model));
  return exitCodes.ok;
}

function versionsText({ model, version, versions }: ModelView): string {
  const rows = versions.map((each) => [
    `${each.version === version ? "*" : " "} ${each.version}`,
    ...[each.status, each.family, timeText(each.createdAt), each.run, each.reason],
  ]);
  const heading = `${model} serves version ${version}\n`;
  return heading + textTable(["  VERSION", "STATUS", "FAMILY", "CREATED", "RUN", "REASON"], rows);
}

const text = (version: number | undefined): string => (version === undefined ? "-" : String(version));

export interface RollbackOptions {
  to?: number;
  reason?: string;
}

export async function rollBack(
  model: string,
  { to, reason }: RollbackOptions,
  context: CommandContext,
): Promise<number> {
  const answer = await context.api.rollBack(model, { version: to, reason });
  show(context, answer, () =>
    answer.done
      ? `${model} serves version ${answer.to} again, in place of ${answer.from}\n`
      : `${answer.run} takes longer than usual: \`millrace run ${answer.run}\` shows how it stands\n`,
  );
  return exitCodes.ok;
}

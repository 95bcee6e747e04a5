import type { ModelView } from "./api.js";
import { show, type CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";
import { showHistory } from "./model-history.js";
import { textTable, timeText } from "./text-table.js";

export interface ModelsOptions {
  history?: boolean;
  limit: number;
}

export async function listModels(
  model: string | undefined,
  { history, limit }: ModelsOptions,
  context: CommandContext,
): Promise<number> {
  if (model !== undefined) return history ? showHistory(model, limit, context) : showModel(model, context);
  const { models } = await context.api.models();
  const rows = models.map((each) => [
    each.model,
    String(each.version),
    text(each.previous),
    shareText(each.rollout),
    timeText(each.updatedAt),
    each.reason,
  ]);
  show(context, { models }, () =>
    models.length === 0
      ? "no model serves yet\n"
      : textTable(["MODEL", "SERVES", "BEFORE", "ROLLOUT", "SINCE", "REASON"], rows),
  );
  return exitCodes.ok;
}

async function showModel(name: string, context: CommandContext): Promise<number> {
  const model = await context.api.model(name);
  show(context, model, () => versionsText(model));
  return exitCodes.ok;
}

function versionsText({ model, version, versions, rollout }: ModelView): string {
  const rows = versions.map((each) => [
    `${each.version === version ? "*" : " "} ${each.version}`,
    ...[statusText(each), each.family, timeText(each.createdAt), each.run, each.reason],
  ]);
  const heading = version === undefined ? `no version of ${model} serves yet` : `${model} serves version ${version}`;
  const share = rollout === undefined ? "" : `, rollout: ${shareText(rollout)}`;
  return `${heading}${share}\n${textTable(["  VERSION", "STATUS", "FAMILY", "CREATED", "RUN", "REASON"], rows)}`;
}

const awaited = { approval: "an approval", turn: "its turn" };

const statusText = ({ status, awaiting }: ModelView["versions"][number]): string =>
  awaiting === undefined ? status : `${status}, awaiting ${awaited[awaiting]}`;

function shareText(rollout: ModelView["rollout"]): string {
  if (rollout === undefined) return "-";
  const { version, percent, shadow, step, steps } = rollout;
  return shadow
    ? `version ${version} in the shadow`
    : `version ${version} ${percent} % (${step + 1} of ${steps.length})`;
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

import type { DeadLetterLine } from "./api.js";
import { show, type CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";
import { textTable, timeText } from "./text-table.js";

export async function listDeadLetters(
  query: { queue?: string; limit?: string },
  context: CommandContext,
): Promise<number> {
  const { deadLetters } = await context.api.deadLetters({ ...query });
  show(context, { deadLetters }, () =>
    deadLetters.length === 0
      ? "no dead letters\n"
      : textTable(["ID", "RUN", "SINCE", "ATTEMPTS", "PROBLEM"], deadLetters.map(rowOf)),
  );
  return exitCodes.ok;
}

const rowOf = ({ id, event, deadAt, attempts, problem }: DeadLetterLine): string[] => [
  ...[id, event?.run ?? "-", timeText(deadAt), String(attempts), `${problem.code}: ${problem.message}`],
];

export async function showDeadLetter(id: string, context: CommandContext): Promise<number> {
  const letter = await context.api.deadLetter(id);
  show(context, letter, () => `${JSON.stringify(letter, undefined, 2)}\n`);
  return exitCodes.ok;
}

export async function replayDeadLetter(id: string, context: CommandContext): Promise<number> {
  const answer = await context.api.replay(id);
  show(context, answer, () => `${id} is back in its queue\n`);
  return exitCodes.ok;
}

export async function dropDeadLetter(id: string, context: CommandContext): Promise<number> {
  const answer = await context.api.drop(id);
  show(context, answer, () => `${id} is gone\n`);
  return exitCodes.ok;
}

import { show, type CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";

export interface DecisionOptions {
  reason?: string;
}

const done = { approve: "is approved", reject: "is rejected" };

/** A person's word on a version. */
export async function decide(
  model: string,
  version: number,
  word: "approve" | "reject",
  { reason }: DecisionOptions,
  context: CommandContext,
): Promise<number> {
  const answer = await context.api.decide(model, version, word, reason);
  show(context, answer, () =>
    answer.done
      ? `${model} version ${version} ${done[word]}: \`millrace run ${answer.run}\` shows what follows\n`
      : `it takes longer than usual: \`millrace run ${answer.run}\` shows how it stands\n`,
  );
  return exitCodes.ok;
}

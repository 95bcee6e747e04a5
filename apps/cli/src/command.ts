import type { Api } from "./api.js";
import type { Io } from "./io.js";

/** What every command is given. */
export interface CommandContext {
  api: Api;
  io: Io;
  /** Write one JSON document instead of text. */
  json: boolean;
}

/** A command answers its exit code. */
export function show(context: CommandContext, document: unknown, text: () => string): void {
  context.io.out(context.json ? `${JSON.stringify(document, undefined, 2)}\n` : text());
}

import type { AuditRecord } from "@millrace/contracts";
import { show, type CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";
import { textTable, timeText } from "./text-table.js";

/** What happened to a model, the newest first. */
export async function showHistory(model: string, limit: number, context: CommandContext): Promise<number> {
  const { history } = await context.api.history(model, limit);
  show(context, { model, history }, () =>
    textTable(["WHEN", "WHAT", "VERSION", "SERVES", "WHO", "WHY"], history.map(rowOf)),
  );
  return exitCodes.ok;
}

const rowOf = ({ at, kind, version, from, to, by, reason, percent }: AuditRecord): string[] => [
  ...[
    timeText(at),
    percent === undefined ? kind : `${kind}, ${percent} %`,
    text(version),
    from === undefined || from === to ? text(to ?? from) : `${from} → ${text(to)}`,
  ],
  ...[by, reason],
];

const text = (version: number | undefined): string => (version === undefined ? "-" : String(version));

import { Option, type Command } from "commander";
import type { PredictionRecord } from "@millrace/contracts";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";
import { positive } from "./option-values.js";
import { textTable, timeText } from "./text-table.js";

type Run = (command: (context: CommandContext) => Promise<number>) => Promise<void>;
type Format = "table" | "csv" | "ndjson";

export interface PredictionsOptions {
  since?: string;
  until?: string;
  format: Format;
  limit?: number;
}

export function predictionsCommand(program: Command, run: Run): void {
  program
    .command("predictions <model>")
    .description("show or export the prediction log of a model, with the labels that have come")
    .option("--since <time>", "from when on: 15m, 1d, 2026-03-04, 2026-03-04T05:06:07Z; a day ago where left out")
    .option("--until <time>", "until when")
    .addOption(
      new Option("--format <format>", "how to write them").choices(["table", "csv", "ndjson"]).default("table"),
    )
    .option("--limit <count>", "at most so many; a table shows 20, the newest first", positive)
    .action((model: string, options: PredictionsOptions) => run((context) => predictions(model, options, context)));
}

/** Page by page, so that an export of any length takes no more memory than a page. */
export async function predictions(
  model: string,
  { since, until, format, limit }: PredictionsOptions,
  context: CommandContext,
): Promise<number> {
  const shown = context.json || format === "table";
  const most = limit ?? (shown ? 20 : Infinity);
  const wish = { since, until, order: shown ? "desc" : "asc" };
  if (shown) return show(await collected(model, wish, most, context), context);
  const line = format === "csv" ? csvLine : (record: PredictionRecord) => JSON.stringify(record);
  if (format === "csv") context.io.out(`${columns.join(",")}\n`);
  for await (const page of pages(model, wish, most, context))
    context.io.out(page.map((each) => `${line(each)}\n`).join(""));
  return exitCodes.ok;
}

type Wish = Record<string, string | undefined>;

const PAGE = 1000;

async function* pages(model: string, wish: Wish, most: number, { api }: CommandContext) {
  let after: string | undefined;
  for (let left = most; left > 0;) {
    const page = await api.predictions(model, { ...wish, limit: String(Math.min(left, PAGE)), after });
    yield page.predictions;
    left -= page.predictions.length;
    after = page.next;
    if (after === undefined) return;
  }
}

async function collected(model: string, wish: Wish, most: number, context: CommandContext) {
  const all: PredictionRecord[] = [];
  for await (const page of pages(model, wish, most, context)) all.push(...page);
  return all;
}

function show(records: readonly PredictionRecord[], { io, json }: CommandContext): number {
  const headings = [
    "TIME",
    "PREDICTION ID",
    "VERSION",
    "STATUS",
    "PREDICTION",
    "CONFIDENCE",
    "LABEL",
    "MS",
    "FEATURES",
  ];
  if (json) io.out(`${JSON.stringify({ predictions: records }, undefined, 2)}\n`);
  else if (records.length === 0) io.out("nothing was asked in that time\n");
  else io.out(textTable(headings, records.map(cells)));
  return exitCodes.ok;
}

const cells = (record: PredictionRecord): string[] => [
  ...[timeText(record.requested_at), record.prediction_id, text(record.model_version), String(record.status)],
  ...[text(record.prediction), record.confidence === null ? "-" : record.confidence.toFixed(3), text(record.label)],
  ...[record.milliseconds.toFixed(2), record.problem ?? JSON.stringify(record.features)],
];

const text = (value: string | number | null): string => (value === null ? "-" : String(value));

const columns = [
  ...([
    "prediction_id",
    "requested_at",
    "model_version",
    "status",
    "prediction",
    "confidence",
    "label",
    "labelled_at",
  ] as const),
  ...(["milliseconds", "trace", "caller", "problem", "probabilities", "features"] as const),
];

/** RFC 4180; what is not a text or a number is JSON in its cell. */
function csvLine(record: PredictionRecord): string {
  return columns.map((name) => csvCell(record[name])).join(",");
}

function csvCell(value: unknown): string {
  if (value === null) return "";
  const plain = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

import type { Lineage, LineageRecord, VersionLineage } from "@millrace/contracts";
import { show, type CommandContext } from "./command.js";
import { CommandProblem, exitCodes } from "./exit-code.js";
import { timeText } from "./text-table.js";

export interface LineageOptions {
  days: number;
}

const PREDICTION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Both ways: where a prediction or a version comes from, or which versions were made of some data. */
export async function showLineage(what: string, { days }: LineageOptions, context: CommandContext): Promise<number> {
  const asked = PREDICTION.test(what) ? await versionThatAnswered(what, days, context) : what;
  const lineage = await context.api.lineage(asked);
  const answer = asked === what ? lineage : { ...lineage, prediction: what };
  show(context, answer, () => textOf(what, lineage));
  return exitCodes.ok;
}

/** The prediction log is searched backwards; a prediction itself names its model and version, too. */
async function versionThatAnswered(id: string, days: number, { api }: CommandContext): Promise<string> {
  for (const { model } of (await api.models()).models) {
    let after: string | undefined;
    do {
      const page = await api.predictions(model, { since: `${Math.ceil(days)}d`, order: "desc", limit: "1000", after });
      const found = page.predictions.find((one) => one.prediction_id === id);
      if (typeof found?.model_version === "number") return `${model}@${found.model_version}`;
      after = page.next;
    } while (after !== undefined);
  }
  throw new CommandProblem(exitCodes.error, {
    code: "PREDICTION_UNKNOWN",
    where: id,
    message: `the prediction log of the last ${days} days has no answer of this id.`,
    remedy: "Name more days with --days, or ask for the model and version that the answer named: MODEL@VERSION.",
  });
}

function textOf(what: string, { kind, versions }: Lineage): string {
  const heading =
    kind === "version" ? "" : `${what} is in ${versions.length} version${versions.length === 1 ? "" : "s"}\n`;
  return heading + versions.map(versionText).join("\n");
}

function versionText({
  model,
  version,
  run,
  status,
  role,
  reason,
  madeOf,
  served,
  predictions,
}: VersionLineage): string {
  const lines: [string, string][] = [
    ["run", run],
    ["status", `${status}: ${reason}`],
    ...(madeOf === undefined ? [] : madeText(madeOf)),
    ["served", served.map(spanText).join("; ") || "never"],
    ["predictions", `${predictions}, version ${version}`],
  ];
  const related = role === undefined ? "" : ` (by its ${role})`;
  return [`${model}@${version}${related}`, ...lines.map(([name, text]) => `  ${name.padEnd(14)}${text}`), ""].join(
    "\n",
  );
}

function madeText({
  source,
  span,
  rows,
  train,
  test,
  spans,
  spec,
  package: bytes,
  code,
}: LineageRecord): [string, string][] {
  const lines: [string, string | undefined][] = [
    ["source", source && [source.location, source.digest].filter(Boolean).join("  ")],
    ["span", span && `${span.from ?? "the beginning"} to ${span.to ?? "the end"}, ${span.rows ?? "?"} new rows`],
    ["spans", spans?.map((one) => `${one.run} (${one.rows} rows)`).join(", ")],
    ["rows", rows && `${rows.train} for training, ${rows.test} for the test`],
    ["training rows", train],
    ["test rows", test],
    ["configuration", spec],
    ["package", bytes],
    ["code", code],
  ];
  return lines.filter((line): line is [string, string] => line[1] !== undefined);
}

const spanText = ({ generation, from, to }: VersionLineage["served"][number]): string =>
  `${timeText(from)} to ${to === undefined ? "now" : timeText(to)} (generation ${generation})`;

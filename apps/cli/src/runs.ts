import type { SourceSpec, TriggerSpec } from "@millrace/contracts";
import type { RunView } from "./api.js";
import { show, type CommandContext } from "./command.js";
import { exitCodes } from "./exit-code.js";
import { stepLine } from "./run-lines.js";
import { stepDetails } from "./step-details.js";
import { textTable, timeText } from "./text-table.js";

export interface RunsOptions {
  pipeline?: string;
  status?: string;
  limit?: string;
}

export async function listRuns({ pipeline, status, limit }: RunsOptions, context: CommandContext): Promise<number> {
  const page = await context.api.runs({ pipeline, status, limit });
  show(context, page, () =>
    page.runs.length === 0
      ? "no runs yet: `millrace arrive <pipeline>` begins one\n"
      : textTable(
          ["RUN", "PIPELINE", "STATUS", "STARTED", "SUMMARY"],
          page.runs.map((run) => [run.run, run.pipeline, run.status, timeText(run.startedAt), run.summary]),
        ),
  );
  return exitCodes.ok;
}

export async function showRun(id: string, context: CommandContext): Promise<number> {
  const run = await context.api.run(id);
  show(context, run, () => runText(run));
  return exitCodes.ok;
}

function runText({ run, pipeline, status, summary, startedAt, steps, events }: RunView): string {
  const lines = steps.flatMap((step) => [
    step.state === "done" || step.state === "failed" ? stepLine(step) : `${stepLine(step)} (${step.state})`,
    ...stepDetails(step.step, events).map((detail) => `    ${detail}`),
    ...step.artifacts.map(({ name, digest, size }) => `    ${name}  ${digest}  ${size} bytes`),
  ]);
  return [`${run}  ${pipeline}  ${status}  since ${timeText(startedAt)}`, ...lines, summary, ""].join("\n");
}

export async function listPipelines(context: CommandContext): Promise<number> {
  const answer = await context.api.pipelines();
  show(context, answer, () => {
    const rows = answer.pipelines.map(({ name, source, triggers }) => [
      ...[name, sourceText(source), triggers.map(triggerText).join(", ") || "none"],
    ]);
    const problems = answer.problems.map(({ code, message }) => `${code}: ${message}\n`);
    return textTable(["PIPELINE", "SOURCE", "TRIGGERS"], rows) + problems.join("");
  });
  return answer.problems.length === 0 ? exitCodes.ok : exitCodes.error;
}

/** A url that may hold credentials is a variable's name there. */
function sourceText(source: SourceSpec): string {
  if ("tables" in source)
    return Object.values(source.tables)
      .map(({ path }) => path)
      .join(" + ");
  if ("path" in source) return source.path;
  return source.kind === "mongodb" ? `${source.url} ${source.database}.${source.collection}` : source.url;
}

/** As pipeline.yaml has it: `watch incoming`, `cron 0 3 * * *`. */
function triggerText(trigger: TriggerSpec): string {
  const [[name, value]] = Object.entries(trigger) as [[string, unknown]];
  return value === true ? name : `${name} ${String(value)}`;
}

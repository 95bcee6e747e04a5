import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { show, type CommandContext } from "./command.js";
import { CommandProblem, exitCodes } from "./exit-code.js";

export interface PredictOptions {
  jsonFeatures?: string;
  file?: string;
}

/** Asks the model that serves for one prediction. */
export async function predict(
  model: string,
  values: string[],
  options: PredictOptions,
  context: CommandContext,
): Promise<number> {
  const answer = await context.api.predict(model, await featuresOf(values, options, context.io.cwd));
  const { prediction, confidence, model_version: version, prediction_id: id } = answer;
  // The value of a regression has none.
  const sure = confidence === undefined ? "" : `  ${(100 * confidence).toFixed(1)} %`;
  show(context, answer, () => `${prediction}${sure}  (${model} version ${version}, ${id})\n`);
  return exitCodes.ok;
}

async function featuresOf(values: string[], { jsonFeatures, file }: PredictOptions, cwd: string): Promise<unknown> {
  const given = [values.length > 0, jsonFeatures !== undefined, file !== undefined].filter(Boolean).length;
  if (given !== 1) throw usage("name the features once: as values, with --json-features or with --file.");
  if (values.length > 0) return values.map(cellOf);
  if (jsonFeatures !== undefined) return parse(jsonFeatures, "--json-features");
  const parsed = parse(await readFile(resolve(cwd, file!), "utf8").catch(unreadable(file!)), file!);
  return (parsed as { features?: unknown }).features ?? parsed;
}

const cellOf = (text: string): string | number | null => {
  if (text === "" || text === "null") return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
};

function parse(text: string, where: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below, with everything else that is no object or array.
  }
  throw usage(`${where} is no JSON object or array.`);
}

const unreadable = (file: string) => (error: Error) => {
  throw usage(`${file} can't be read: ${error.message}.`);
};

const usage = (message: string): CommandProblem =>
  new CommandProblem(exitCodes.usage, {
    code: "FEATURES_UNREADABLE",
    message,
    remedy: `For example: millrace predict iris 5.1 3.5 1.4 0.2, or --json-features '{"petal_length": 1.4}'.`,
  });

import type { Command } from "commander";
import type { CommandContext } from "./command.js";
import { decide, type DecisionOptions } from "./decide.js";
import { collectGarbage, type GcOptions } from "./gc.js";
import { importCommand } from "./import-model.js";
import { showLineage, type LineageOptions } from "./lineage.js";
import { listModels, rollBack, type ModelsOptions, type RollbackOptions } from "./models.js";
import { positive } from "./option-values.js";
import { predict, type PredictOptions } from "./predict.js";
import { predictionsCommand } from "./predictions.js";

type Run = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

/** What serves, what may serve, and the way back. */
export function modelCommands(program: Command, run: Run): void {
  const models = program
    .command("models [model]")
    .description("list what serves, or the versions of one model")
    .option("--history", "what happened to the model: who changed what, when and why")
    .option("--limit <count>", "at most so many lines of history", positive, 50)
    .action((model: string | undefined, options: ModelsOptions) =>
      run((context) => listModels(model, options, context)),
    );
  importCommand(models, run);
  decisionCommands(program, run);
  program
    .command("rollback <model>")
    .description("let an earlier version serve again, the one before or the one named; a rollout under way ends")
    .option("--to <version>", "the version that is to serve", positive)
    .option("--reason <text>")
    .action((model: string, options: RollbackOptions) => run((context) => rollBack(model, options, context)));
  program
    .command("gc")
    .description("delete what nothing refers to any more: artifacts, memo entries, what old runs left behind")
    .option("--dry-run", "only say what would go")
    .action((options: GcOptions) => run((context) => collectGarbage(options, context)));
  program
    .command("lineage <what>")
    .description(
      "from a prediction id or MODEL@VERSION to data, configuration and code; from a run or a digest to each version made of it",
    )
    .option("--days <count>", "how far back a prediction is looked for", positive, 7)
    .action((what: string, options: LineageOptions) => run((context) => showLineage(what, options, context)));
  program
    .command("predict <model> [values...]")
    .description("ask the model that serves; values by position")
    .option("--json-features <json>", "the features as a JSON object by name, or an array")
    .option("--file <file>", "a JSON file with the features")
    .action((model: string, values: string[], options: PredictOptions) =>
      run((context) => predict(model, values, options, context)),
    );
  predictionsCommand(program, run);
}

function decisionCommands(program: Command, run: Run): void {
  program
    .command("approve")
    .argument("<model>")
    .argument("<version>", "the version that waits", positive)
    .description("let a version that waits for an approval serve, by a rollout where its pipeline has one")
    .option("--reason <text>", "why, for the history")
    .action((model: string, version: number, options: DecisionOptions) =>
      run((context) => decide(model, version, "approve", options, context)),
    );
  program
    .command("reject")
    .argument("<model>")
    .argument("<version>", "the version that waits, or that is being rolled out", positive)
    .description("see to it that a version never serves; its rollout ends")
    .option("--reason <text>", "why, for the history")
    .action((model: string, version: number, options: DecisionOptions) =>
      run((context) => decide(model, version, "reject", options, context)),
    );
}

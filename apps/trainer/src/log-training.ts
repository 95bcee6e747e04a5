import { arch, cpus, platform } from "node:os";
import { canonicalJson } from "@millrace/contracts";
import type { GradientBoostingState } from "@millrace/learning";
import type { StepContext } from "@millrace/service";
import type { Trained } from "./choose-model.js";
import type { Transformed } from "./load-arrays.js";
import type { PipelineContext } from "./pipeline-context.js";
import { importancesOf } from "./importances.js";
import { plotsOf, trainingPage } from "./plots/training-page.js";
import { trainerSettingsOf } from "./settings.js";

type Context = PipelineContext & Pick<StepContext, "run" | "tracking" | "environment">;

/** The training as a run of experiment tracking. The key is the run's: doing it again logs into the same one. */
export async function logTraining(
  event: Transformed,
  trained: Trained,
  context: Context,
): Promise<{ runId: string; experiment: string }> {
  const { run, pipeline, tracking } = context;
  const experiment = pipeline.name;
  const { runId } = await tracking.openRun({
    ...{ key: run, experiment, name: run },
    tags: tagsOf(event, context),
    params: paramsOf(event, trained, context),
    datasets: [datasetOf(event, experiment)],
  });
  await tracking.logMetrics(runId, metricsOf(trained));
  const files = Object.entries(await filesOf(event, trained, context));
  await Promise.all(files.map(([path, text]) => tracking.logArtifact(runId, path, Buffer.from(text))));
  await tracking.closeRun(runId, "FINISHED");
  return { runId, experiment };
}

const datasetOf = ({ dataset: { train, source } }: Transformed, name: string) => ({
  ...{ name, digest: train.digest, source: source.location, context: "training" },
});

function tagsOf({ dataset }: Transformed, { run, environment }: Context): Record<string, string> {
  return {
    ...{ "millrace.run": run, "millrace.data": dataset.train.digest, "millrace.source": dataset.source.location },
    ...{ "millrace.code": trainerSettingsOf(environment).revision, "millrace.node": process.version },
    "millrace.machine": `${platform()} ${arch()}, ${cpus().length} cores`,
  };
}

function paramsOf(
  { dataset, classes }: Transformed,
  { winner }: Trained,
  { pipeline }: Context,
): Record<string, string> {
  const { select, split, calibrate } = pipeline;
  const params = Object.entries(winner.result.params).map(([name, value]) => [name, textOf(value)]);
  return {
    ...{ family: winner.result.family, rows: String(dataset.rows.train), classes: classes.join(",") },
    ...{
      seed: String(split.seed),
      folds: String(select.folds),
      repeats: String(select.repeats),
      metric: select.metric,
      calibrate,
    },
    ...Object.fromEntries(params),
  };
}

const textOf = (value: unknown): string => (typeof value === "object" ? canonicalJson(value) : String(value));

/** All of them at once: a call to a tracking server costs more than a thousand figures. */
function metricsOf({ winner, tried, decision, package: { model } }: Trained) {
  const { metrics = {}, deviation = {} } = winner.result;
  const entries = (prefix: string, values: Readonly<Record<string, number>>, step?: number) =>
    Object.entries(values).map(([name, value]) => ({
      key: `${prefix}_${name}`,
      value,
      ...(step !== undefined && { step }),
    }));
  return [
    ...entries("cv", metrics),
    ...entries("cv_deviation", deviation),
    ...winner.setting.folds.flatMap((fold, step) => entries("fold", fold, step)),
    ...entries("decided", decision.metrics),
    ...tried.settings.flatMap(({ folds, number }) => (folds[0] ? entries("trial", meanOf(folds), number) : [])),
    ...validationLossesOf(model).map((value, step) => ({ key: "validation_loss", value, step })),
    ...(decision.threshold === undefined ? [] : [{ key: "threshold", value: decision.threshold }]),
  ].filter(({ value }) => Number.isFinite(value));
}

const meanOf = (folds: readonly Readonly<Record<string, number>>[]): Record<string, number> =>
  Object.fromEntries(
    Object.keys(folds[0]!).map((name) => [name, folds.reduce((sum, fold) => sum + fold[name]!, 0) / folds.length]),
  );

const validationLossesOf = (model: Trained["package"]["model"]): readonly number[] =>
  (model as Partial<GradientBoostingState>).validationLosses ?? [];

async function filesOf(event: Transformed, trained: Trained, context: Context): Promise<Record<string, string>> {
  const { tried, decision, winner, sentence, candidates } = trained;
  const { model } = trained.package;
  const importances = importancesOf(model, event.features);
  const plots = plotsOf({ decision, importances, validationLosses: validationLossesOf(model) });
  const { pipeline, run } = context;
  const { outOfFold: _rows, metrics, plain, calibration, threshold } = decision;
  const told = { winner: winner.result, metrics, plain, calibration: calibration?.method, threshold, importances };
  const page = { title: `${pipeline.name}: ${run}`, sentence, metric: pipeline.select.metric, candidates, plots };
  return {
    "candidates.json": JSON.stringify(candidates, null, 2),
    "trials.json": JSON.stringify(tried.settings.map(withoutRows), null, 2),
    "training.json": JSON.stringify({ ...told, data: dataOf(event), pipeline, tags: tagsOf(event, context) }, null, 2),
    "training.html": trainingPage(page),
    ...Object.fromEntries(Object.entries(plots).map(([name, { markup }]) => [`plots/${name}.svg`, markup])),
  };
}

const withoutRows = <Setting extends { outOfFold: unknown }>({ outOfFold: _rows, ...setting }: Setting) => setting;

const dataOf = ({ dataset, preprocessor, folds }: Transformed) => ({
  ...{ source: dataset.source, rows: dataset.rows, train: dataset.train.digest, test: dataset.test.digest },
  ...{ preprocessor: preprocessor.digest, folds: folds.map(({ train }) => train.x.digest) },
});

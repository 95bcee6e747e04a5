import {
  importRequested,
  modelPromoted,
  modelTrained,
  ProblemError,
  stepDone,
  type DataOf,
  type DeploymentRecord,
  type ModelVersionRecord,
} from "@millrace/contracts";
import { checkPackage, type PackageCheck } from "@millrace/runtimes";
import { step, writeJson, type StepContext } from "@millrace/service";
import { promotionOf } from "./begin-promotion.js";
import { currentDeployment, deploy, madeBefore, type Change } from "./deployment.js";
import { exportedTo } from "./export-model.js";
import { newestTrained } from "./newest-trained.js";
import { settleAndSay } from "./settle.js";
import { deployed, registerVersion } from "./versions.js";

type Wish = DataOf<typeof importRequested>;
type Context = StepContext<typeof importRequested>;

/** A model that was made elsewhere becomes a version once it was opened and answered; and the champion where that is wished. */
export const importModel = step({
  name: "import-model",
  on: importRequested,
  emits: [modelPromoted, modelTrained],
  async run(wish, context) {
    const check = await tryPackage(wish, context);
    if (wish.judge) return toBeJudged(wish, check, context);
    const version = await register(wish, check, context);
    if (!wish.promote) return stepDone({ step: "import-model", summary: tellRegistered(version) });
    const made = await promote(wish, version, context);
    await settleAndSay(made, context);
    const exported = exportedTo(context.settings, version.model, version.version);
    return modelPromoted({ ...promotionOf(wish.model, made), exported });
  },
});

/** The evaluator judges it on the rows of the newest model of that name, and what follows is as of any other model. */
async function toBeJudged(wish: Wish, check: PackageCheck, context: Context) {
  const { model, by, reason } = wish;
  const { spec, dataset, sample } = await newestTrained(model, context);
  return modelTrained({
    ...{ pipeline: model, spec, dataset, sample, package: wish.package, family: check.family },
    ...{
      metrics: {},
      candidates: [],
      evaluation: 1,
      imported: { by, reason },
      tracking: await trackedRun(model, context),
    },
  });
}

async function trackedRun(model: string, { tracking, run }: Context) {
  const { runId } = await tracking.openRun({ key: run, experiment: model, name: run, tags: { imported: "true" } });
  await tracking.closeRun(runId, "FINISHED");
  return { runId, experiment: model };
}

const tellRegistered = ({ model, version }: ModelVersionRecord): string =>
  `${model} version ${version} is registered; \`millrace rollback ${model} --to ${version}\` lets it serve`;

async function tryPackage(wish: Wish, { artifacts, progress }: Context): Promise<PackageCheck> {
  progress(`trying ${wish.package.name}`);
  const check = await checkPackage(await artifacts.localPath(wish.package));
  progress(`it answered ${check.rows} rows, one in ${check.medianMilliseconds.toPrecision(2)} ms`);
  return check;
}

/** What took its time is not in the report: the same model has the same report. */
async function register(wish: Wish, check: PackageCheck, context: Context): Promise<ModelVersionRecord> {
  const { artifacts } = context;
  const { openMilliseconds: _open, medianMilliseconds: _median, ...known } = check;
  const report = await writeJson(artifacts, "import.json", { imported: true, by: wish.by, ...known });
  const verdict = {
    ...{ pipeline: wish.model, package: wish.package, family: check.family, challenger: {}, report },
    ...{ reason: `Imported by ${wish.by}: ${wish.reason}`, tracking: await trackedRun(wish.model, context) },
  };
  return registerVersion(verdict, "approved", { ...context, pipeline: undefined });
}

async function promote(wish: Wish, version: ModelVersionRecord, context: Context): Promise<DeploymentRecord> {
  const { model, generation, by } = wish;
  const about = { model, run: context.run, decidedOn: generation };
  const before = await madeBefore(context.records, about, ["promoted"]);
  if (before !== undefined) return before;
  await refuseDuringRollout(model, context);
  const change: Change = {
    ...{ ...about, kind: "promoted", version: version.version, by, reason: version.reason, after: generation },
    to: { champion: deployed(version) },
  };
  const made = await deploy(change, context);
  if (made === undefined) throw changedMeanwhile(wish, version);
  return made;
}

async function refuseDuringRollout(model: string, { records }: Context): Promise<void> {
  const rollout = (await currentDeployment(records, model))?.rollout;
  if (rollout === undefined) return;
  throw new ProblemError({
    code: "ROLLOUT_ON",
    where: model,
    message: `version ${rollout.version} is being rolled out, so nothing else is promoted.`,
    remedy: "The imported version is registered: let it serve by `millrace rollback` once that rollout has ended.",
  });
}

const changedMeanwhile = ({ model, generation }: Wish, { version }: ModelVersionRecord): ProblemError =>
  new ProblemError({
    code: "DEPLOYMENT_CHANGED",
    where: model,
    message: `version ${version} is registered, but the deployment changed since generation ${generation}.`,
    remedy: `\`millrace models ${model}\` tells what serves; \`millrace rollback ${model} --to ${version}\` lets it serve.`,
  });

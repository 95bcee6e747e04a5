import {
  modelApproved,
  modelRejected,
  modelTrained,
  type ArtifactRef,
  type DataOf,
  type DeploymentRecord,
  type PipelineSpec,
  type Table,
} from "@millrace/contracts";
import { openModel, takeRows, type LoadedModel } from "@millrace/learning";
import { deploymentCollection, readTableArtifact, step, writeJson, type StepContext } from "@millrace/service";
import { judge, type Champion } from "./judge.js";
import { scoreOn, tryScore, type Metrics } from "./score.js";

type Trained = DataOf<typeof modelTrained>;
type Artifacts = StepContext["artifacts"];

/** Scores the new model and the one that serves on the same untouched rows, and gives a verdict. */
export const evaluate = step({
  name: "evaluate",
  on: modelTrained,
  emits: [modelApproved, modelRejected],
  async run(trained, context) {
    const { pipeline, artifacts, progress } = context;
    const rows = await readTableArtifact(artifacts, trained.dataset.test);
    const loaded = await load(artifacts, trained.package);
    const challenger = scoreOn(loaded, rows, pipeline);
    const training = await scoreTraining(loaded, trained, context);
    const champion = await scoreChampion(rows, context);
    const verdict = judge({
      pipeline,
      challenger,
      training: training?.metrics,
      champion,
      digest: trained.package.digest,
    });
    progress(verdict.reason);
    const scores = { challenger, training, champion, rows: rows.rows };
    const report = await writeJson(artifacts, "evaluation.json", { ...scores, ...verdict });
    const { evaluation, candidates: _candidates, ...model } = trained;
    const judged = { ...model, challenger, champion: told(champion), report, reason: verdict.reason };
    await logScores(trained, challenger, context);
    if (verdict.failedGates.length > 0) return modelRejected({ ...judged, failedGates: verdict.failedGates });
    return modelApproved({ ...judged, evaluation });
  },
});

const load = async (artifacts: Artifacts, ref: ArtifactRef): Promise<LoadedModel> =>
  openModel(await artifacts.get(ref));

/** Only where the pipeline asks for it: on as many training rows as tell it, as inference would score them. */
async function scoreTraining(
  model: LoadedModel,
  { sample, dataset }: Trained,
  { artifacts, pipeline }: Pick<StepContext, "artifacts"> & { pipeline: PipelineSpec },
): Promise<{ metrics: Metrics; rows: number } | undefined> {
  if (pipeline.accept.overfit_gap === undefined) return undefined;
  const table = someRows(await readTableArtifact(artifacts, sample ?? dataset.train));
  return { metrics: scoreOn(model, table, pipeline), rows: table.rows };
}

const SAMPLE_ROWS = 20_000;

const someRows = (table: Table): Table =>
  table.rows <= SAMPLE_ROWS
    ? table
    : takeRows(
        table,
        Int32Array.from({ length: SAMPLE_ROWS }, (_, index) => Math.floor((index * table.rows) / SAMPLE_ROWS)),
      );

async function scoreChampion(
  rows: Table,
  { artifacts, records, pipeline }: Pick<StepContext, "artifacts" | "records"> & { pipeline: PipelineSpec },
): Promise<Champion | undefined> {
  const deployment: DeploymentRecord | undefined = (await records.records(deploymentCollection).get(pipeline.name))
    ?.value;
  if (deployment === undefined) return undefined;
  const { generation, champion } = deployment;
  const scored = await tryScore(async () => scoreOn(await load(artifacts, champion.package), rows, pipeline));
  return { version: champion.version, generation, digest: champion.package.digest, ...scored };
}

const told = (champion: Champion | undefined) =>
  champion && { version: champion.version, generation: champion.generation, metrics: champion.metrics ?? {} };

const logScores = ({ tracking: { runId } }: Trained, scores: Metrics, { tracking }: Pick<StepContext, "tracking">) =>
  tracking.logMetrics(
    runId,
    Object.entries(scores).map(([name, value]) => ({ key: `test_${name}`, value })),
  );

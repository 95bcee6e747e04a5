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
import { openModel, type LoadedModel } from "@millrace/learning";
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
    const challenger = scoreOn(await load(artifacts, trained.package), rows, pipeline);
    const champion = await scoreChampion(rows, context);
    const verdict = judge({ pipeline, challenger, champion, digest: trained.package.digest });
    progress(verdict.reason);
    const report = await writeJson(artifacts, "evaluation.json", { challenger, champion, ...verdict, rows: rows.rows });
    const { evaluation, candidates: _candidates, ...model } = trained;
    const judged = { ...model, challenger, champion: told(champion), report, reason: verdict.reason };
    await logScores(trained, challenger, context);
    if (verdict.failedGates.length > 0) return modelRejected({ ...judged, failedGates: verdict.failedGates });
    return modelApproved({ ...judged, evaluation });
  },
});

const load = async (artifacts: Artifacts, ref: ArtifactRef): Promise<LoadedModel> =>
  openModel(await artifacts.get(ref));

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

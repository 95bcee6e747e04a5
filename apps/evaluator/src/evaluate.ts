import {
  modelApproved,
  modelRejected,
  modelTrained,
  type ArtifactRef,
  type DataOf,
  type DeploymentRecord,
  type Table,
} from "@millrace/contracts";
import { openModel, type LoadedModel } from "@millrace/learning";
import { deploymentCollection, readTableArtifact, step, writeJson, type StepContext } from "@millrace/service";
import { judge, type Champion } from "./judge.js";
import { scoreOn, tryScore } from "./score.js";

/** Scores the new model and the one that serves on the same untouched rows, and gives a verdict. */
export const evaluate = step({
  name: "evaluate",
  on: modelTrained,
  emits: [modelApproved, modelRejected],
  async run(trained, context) {
    const { pipeline, artifacts, records, progress } = context;
    const rows = await readTableArtifact(artifacts, trained.dataset.test);
    const challenger = scoreOn(await load(artifacts, trained.package), rows);
    const deployment = (await records.records(deploymentCollection).get(pipeline.name))?.value;
    const champion = deployment && (await scoreChampion(deployment, rows, artifacts));
    const verdict = judge({ pipeline, challenger, champion, digest: trained.package.digest });
    progress(verdict.reason);
    const { evaluation, candidates: _candidates, ...model } = trained;
    const judged = {
      ...{ ...model, challenger, reason: verdict.reason },
      champion: champion && {
        version: champion.version,
        generation: champion.generation,
        metrics: champion.metrics ?? {},
      },
      report: await writeJson(artifacts, "evaluation.json", { challenger, champion, ...verdict, rows: rows.rows }),
    };
    await logVerdict(trained, challenger, context);
    if (verdict.failedGates.length > 0) return modelRejected({ ...judged, failedGates: verdict.failedGates });
    return modelApproved({ ...judged, evaluation });
  },
});

type Trained = DataOf<typeof modelTrained>;
type Artifacts = StepContext["artifacts"];

const load = async (artifacts: Artifacts, ref: ArtifactRef): Promise<LoadedModel> =>
  openModel(await artifacts.get(ref));

async function scoreChampion(deployment: DeploymentRecord, rows: Table, artifacts: Artifacts): Promise<Champion> {
  const { generation, champion } = deployment;
  const scored = await tryScore(() => load(artifacts, champion.package), rows);
  return { version: champion.version, generation, digest: champion.package.digest, ...scored };
}

async function logVerdict(
  { tracking: { runId } }: Trained,
  metrics: Record<string, number>,
  { tracking }: Pick<StepContext, "tracking">,
) {
  await tracking.logMetrics(
    runId,
    Object.entries(metrics).map(([name, value]) => ({ key: `test_${name}`, value })),
  );
}

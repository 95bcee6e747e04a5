import {
  ProblemError,
  Retry,
  type DataOf,
  type DeploymentRecord,
  type modelTrained,
  type Problem,
  type Table,
} from "@millrace/contracts";
import { deploymentCollection, readTableArtifact, type StepContext } from "@millrace/service";
import type { Compared, Performance } from "./compare-models.js";
import { compareInThread } from "./evaluation-pool.js";
import type { Champion } from "./judge.js";
import { someRows } from "./some-rows.js";

type Trained = DataOf<typeof modelTrained>;
type Context = StepContext<typeof modelTrained>;

interface Serving {
  readonly version: number;
  readonly generation: number;
  readonly digest: string;
  readonly bytes?: Uint8Array;
  readonly problem?: Problem;
}

/** Both models on the same rows; the champion without figures where it can't score them. */
export interface Contest extends Omit<Compared, "champion"> {
  readonly champion?: Champion;
  readonly championPerformance?: Performance;
}

/** The model that serves now, as the deployment record has it. */
export async function servingChampion({ artifacts, records, pipeline }: Context): Promise<Serving | undefined> {
  const known = await records.records(deploymentCollection).get(pipeline.name);
  const deployment: DeploymentRecord | undefined = known?.value;
  if (deployment === undefined) return undefined;
  const { generation, champion } = deployment;
  const found = { version: champion.version, generation, digest: champion.package.digest };
  try {
    return { ...found, bytes: await artifacts.get(champion.package) };
  } catch (error) {
    if (error instanceof ProblemError && !(error instanceof Retry)) return { ...found, problem: error.problem };
    throw error;
  }
}

/** The test rows are read once, for both models. */
export async function compareWithChampion(
  trained: Trained,
  serving: Serving | undefined,
  { artifacts, pipeline, signal }: Context,
): Promise<Contest | { readonly problem: Problem }> {
  const compared = await compareInThread(
    {
      kind: "compare",
      challenger: await artifacts.get(trained.package),
      champion: serving?.bytes,
      rows: await readTableArtifact(artifacts, trained.dataset.test),
      training: await trainingRows(trained, { artifacts, pipeline }),
      pipeline: judgedBy(pipeline),
    },
    signal,
  );
  if ("problem" in compared) return compared;
  const { champion: performance, championProblem, ...rest } = compared;
  if (serving === undefined) return rest;
  const { bytes: _bytes, problem = championProblem, ...known } = serving;
  return {
    ...rest,
    champion: { ...known, figures: performance?.figures, ...(problem && { problem }) },
    championPerformance: performance,
  };
}

const judgedBy = ({ target, accept, select, split }: Context["pipeline"]) => ({ target, accept, select, split });

/** Only where the pipeline asks for it, and as many as tell it. */
async function trainingRows(
  { sample, dataset, imported }: Trained,
  { artifacts, pipeline }: Pick<Context, "artifacts" | "pipeline">,
): Promise<Table | undefined> {
  if (pipeline.accept.overfit_gap === undefined || imported !== undefined) return undefined;
  return someRows(await readTableArtifact(artifacts, sample ?? dataset.train), SAMPLE_ROWS);
}

const SAMPLE_ROWS = 20_000;

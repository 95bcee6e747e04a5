import type { DataOf, datasetTransformed, PipelineSpec } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";
import type { CandidateResult } from "./fit-job.js";

/** The training as a run of experiment tracking. The key is the run's: doing it again logs into the same one. */
export async function logTraining(
  { dataset, classes }: DataOf<typeof datasetTransformed>,
  candidates: readonly CandidateResult[],
  winner: CandidateResult,
  { run, pipeline, tracking }: Pick<StepContext, "run" | "tracking"> & { pipeline: PipelineSpec },
): Promise<{ runId: string; experiment: string }> {
  const experiment = pipeline.name;
  const { runId } = await tracking.openRun({
    ...{ key: run, experiment, name: run },
    tags: { "millrace.run": run, "millrace.data": dataset.train.digest },
    params: {
      ...{ family: winner.family, rows: String(dataset.rows.train), classes: classes.join(",") },
      ...Object.fromEntries(Object.entries(winner.params).map(([name, value]) => [name, String(value)])),
    },
  });
  await tracking.logMetrics(runId, entriesOf("cv", winner.metrics));
  await tracking.logArtifact(runId, "candidates.json", Buffer.from(JSON.stringify(candidates, null, 2)));
  await tracking.closeRun(runId, "FINISHED");
  return { runId, experiment };
}

const entriesOf = (prefix: string, metrics: Record<string, number> = {}) =>
  Object.entries(metrics).map(([name, value]) => ({ key: `${prefix}_${name}`, value }));

import { ProblemError, type DeployedVersion } from "@millrace/contracts";
import { openPackage, type ServableModel } from "@millrace/runtimes";
import type { Platform } from "@millrace/service";
import { compareWithProbe, ordinaryRow, readProbe, rowsOf } from "./probe-rows.js";
import { warmUp } from "./warm-up.js";

/**
 * Makes a version ready beside those that serve: fetched, opened, warmed, compared with what the evaluator heard, and
 * measured. Throws why it must not serve.
 */
export async function loadVersion(
  { artifacts }: Pick<Platform, "artifacts">,
  version: DeployedVersion,
  defaultBudget: number,
): Promise<ServableModel> {
  const model = await openPackage(await artifacts.get(version.package));
  try {
    const probe = version.probes && (await readProbe(artifacts, version.probes));
    const rows = probe === undefined ? [] : rowsOf(probe);
    const median = await warmUp(model, rows.length > 0 ? rows : [ordinaryRow(model)]);
    if (probe !== undefined) compareWithProbe(model, probe);
    refuseSlow(median, version.latencyBudget ?? defaultBudget);
    return model;
  } catch (error) {
    await model.close?.();
    throw error;
  }
}

function refuseSlow(median: number, budget: number): void {
  if (median <= budget) return;
  throw new ProblemError({
    code: "MODEL_TOO_SLOW",
    message: `one prediction takes ${median.toPrecision(3)} ms here, more than the ${budget} ms that it may.`,
    remedy: "Train a smaller model, or raise serve.latency_budget in pipeline.yaml (INFERENCE_LATENCY_BUDGET_MS).",
  });
}

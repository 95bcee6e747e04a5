import type { MlflowClient } from "@millrace/mlflow-client-ts";
import { healthCheck } from "./dependency-health.js";
import { mlflowRuns } from "./mlflow-runs.js";
import { mlflowVersions } from "./mlflow-versions.js";
import type { Tracking } from "./tracking.js";

/** Tracking in an MLflow server, where everybody who uses MLflow sees it. It need not be up to be opened. */
export function openMlflowTracking(client: MlflowClient, clock: () => Date): Tracking {
  const { run, ...runs } = mlflowRuns(client, clock);
  return {
    name: "mlflow",
    ...runs,
    ...mlflowVersions(client, { run, ...runs }),
    health: healthCheck("mlflow", clock, () => client.server.health()),
    close: async () => {},
  };
}

import type { DeploymentRecord, ModelVersionRecord, RolloutObservation } from "@millrace/contracts";
import { defineCollection } from "@millrace/storage";

/** Keyed by the model's name. The registry writes it; inference reads what it is to serve. */
export const deploymentCollection = defineCollection<DeploymentRecord>({
  name: "deployments",
  indexes: { byModel: ["model"] },
});

/** Keyed by `versionKey`. */
export const versionCollection = defineCollection<ModelVersionRecord>({
  name: "versions",
  indexes: { byModel: ["model", "version"], byRun: ["run"], byPackage: ["model", "packageDigest"] },
});

export const versionKey = (model: string, version: number): string => `${model}@${version}`;

/** Keyed `<model>@<generation>@<replica>`. */
export const rolloutObservationCollection = defineCollection<RolloutObservation>({
  name: "rollout-observations",
  indexes: { byGeneration: ["model", "generation"] },
});

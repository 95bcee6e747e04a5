import type {
  AuditRecord,
  DeploymentRecord,
  LineageLink,
  LineageRecord,
  ModelVersionRecord,
  RolloutObservation,
} from "@millrace/contracts";
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

/** What each generation of a deployment was made of, keyed by `generationKey`: whoever writes one first has made it. */
export const generationCollection = defineCollection<DeploymentRecord>({
  name: "deployment-generations",
  indexes: { byModel: ["model", "generation"], byRun: ["run"] },
});

export const generationKey = (model: string, generation: number): string => `${model}@${generation}`;

/** What else happened to a model than changes of its deployment; each line is written once. */
export const auditCollection = defineCollection<AuditRecord>({ name: "audit", indexes: { byModel: ["model", "at"] } });

/** What each version was made of, keyed by `versionKey`. */
export const lineageCollection = defineCollection<LineageRecord>({
  name: "lineage",
  indexes: { byModel: ["model", "version"] },
});

/** From what a version was made of to the version, keyed `<digest or run>/<version key>`. */
export const lineageLinkCollection = defineCollection<LineageLink>({
  name: "lineage-links",
  indexes: { byWhat: ["of"], byModel: ["model", "version"] },
});

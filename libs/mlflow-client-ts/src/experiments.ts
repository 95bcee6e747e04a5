import { findOrUndefined, isMlflowError, MlflowError } from "./errors.js";
import type { Transport } from "./transport.js";
import { toPairs, toRecord, type KeyValue } from "./wire.js";

export interface Experiment {
  experimentId: string;
  name: string;
  artifactLocation: string;
  lifecycleStage: "active" | "deleted";
  tags: Record<string, string>;
}

export interface NewExperiment {
  name: string;
  artifactLocation?: string;
  tags?: Readonly<Record<string, string>>;
}

interface WireExperiment {
  experiment_id: string;
  name: string;
  artifact_location: string;
  lifecycle_stage: "active" | "deleted";
  tags?: KeyValue[];
}

export type Experiments = ReturnType<typeof experimentsOf>;

export function experimentsOf(transport: Transport) {
  const experiments = {
    async create({ name, artifactLocation, tags }: NewExperiment): Promise<{ experimentId: string }> {
      const json = { name, artifact_location: artifactLocation, tags: toPairs(tags) };
      const { experiment_id } = await transport.json<WireExperiment>({ method: "POST", path: at("create"), json });
      return { experimentId: experiment_id };
    },

    /** Deleted experiments are found too: their names stay taken. */
    async getByName(name: string): Promise<Experiment> {
      const call = { method: "GET", path: at("get-by-name"), query: { experiment_name: name } } as const;
      return toExperiment((await transport.json<{ experiment: WireExperiment }>(call)).experiment);
    },

    /** The experiment of this name, made if need be. A deleted one is an error that says how to have it back. */
    async getOrCreate(experiment: NewExperiment): Promise<Experiment> {
      const found = await findOrUndefined(() => experiments.getByName(experiment.name));
      if (found) return refuseDeleted(found);
      await experiments.create(experiment).catch(unlessItExists);
      return refuseDeleted(await experiments.getByName(experiment.name));
    },

    async delete(experimentId: string): Promise<void> {
      await transport.json({ method: "POST", path: at("delete"), json: { experiment_id: experimentId } });
    },

    async restore(experimentId: string): Promise<void> {
      await transport.json({ method: "POST", path: at("restore"), json: { experiment_id: experimentId } });
    },
  };
  return experiments;
}

const at = (call: string): string => `/api/2.0/mlflow/experiments/${call}`;

const toExperiment = (wire: WireExperiment): Experiment => ({
  experimentId: wire.experiment_id,
  name: wire.name,
  artifactLocation: wire.artifact_location,
  lifecycleStage: wire.lifecycle_stage,
  tags: toRecord(wire.tags),
});

/** Somebody else made it between our look and our creation. */
function unlessItExists(error: unknown): void {
  if (!isMlflowError(error, "RESOURCE_ALREADY_EXISTS")) throw error;
}

function refuseDeleted(experiment: Experiment): Experiment {
  if (experiment.lifecycleStage !== "deleted") return experiment;
  throw new MlflowError({
    code: "EXPERIMENT_DELETED",
    message: `The experiment "${experiment.name}" is deleted in MLflow, and its name stays taken. Restore it (mlflow experiments restore --experiment-id ${experiment.experimentId}), remove it for good (mlflow gc --experiment-ids ${experiment.experimentId}), or use another name.`,
  });
}

import { findOrUndefined, isMlflowError, MlflowError } from "./errors.js";
import { pages } from "./paging.js";
import type { Transport } from "./transport.js";
import { toDate, toPairs, toRecord, type KeyValue } from "./wire.js";

export interface Experiment {
  experimentId: string;
  name: string;
  artifactLocation: string;
  lifecycleStage: "active" | "deleted";
  tags: Record<string, string>;
  createdAt: Date | undefined;
  updatedAt: Date | undefined;
}

export interface ExperimentSearch {
  /** MLflow's filter language, such as `name LIKE 'churn%'`; see `quoted` and `tagEquals`. */
  filter?: string;
  orderBy?: readonly string[];
  pageSize?: number;
  experiments?: "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL";
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
  creation_time?: number | string;
  last_update_time?: number | string;
}

interface Found {
  experiments?: WireExperiment[];
  next_page_token?: string;
}

export type Experiments = ReturnType<typeof experimentsOf>;

export function experimentsOf(transport: Transport) {
  const post = <Answer = void>(call: string, json: unknown): Promise<Answer> =>
    transport.json<Answer>({ method: "POST", path: at(call), json, repeatable: "yes" });

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

    async get(experimentId: string): Promise<Experiment> {
      const call = { method: "GET", path: at("get"), query: { experiment_id: experimentId } } as const;
      return toExperiment((await transport.json<{ experiment: WireExperiment }>(call)).experiment);
    },

    find: (experimentId: string): Promise<Experiment | undefined> =>
      findOrUndefined(() => experiments.get(experimentId)),

    search({ filter, orderBy, pageSize = 1_000, experiments: view = "ACTIVE_ONLY" }: ExperimentSearch = {}) {
      const search = { filter, order_by: orderBy, max_results: pageSize, view_type: view };
      return pages<Experiment>(async (page_token) => {
        const found = await post<Found>("search", { ...search, page_token });
        return { items: (found.experiments ?? []).map(toExperiment), nextPageToken: found.next_page_token };
      });
    },

    rename: (experimentId: string, name: string) => post("update", { experiment_id: experimentId, new_name: name }),

    setTag: (experimentId: string, key: string, value: string) =>
      post("set-experiment-tag", { experiment_id: experimentId, key, value }),

    deleteTag: (experimentId: string, key: string) =>
      post("delete-experiment-tag", { experiment_id: experimentId, key }),

    delete: (experimentId: string) => post("delete", { experiment_id: experimentId }),

    restore: (experimentId: string) => post("restore", { experiment_id: experimentId }),
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
  createdAt: toDate(wire.creation_time),
  updatedAt: toDate(wire.last_update_time),
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

import type { Artifacts } from "./artifacts.js";
import type { Runs } from "./runs.js";
import type { Transport } from "./transport.js";
import { toPairs, toRecord, type KeyValue } from "./wire.js";

export interface NewLoggedModel {
  experimentId: string;
  name: string;
  sourceRunId?: string;
  modelType?: string;
  params?: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
}

export type LoggedModelStatus = "LOGGED_MODEL_PENDING" | "LOGGED_MODEL_READY" | "LOGGED_MODEL_UPLOAD_FAILED";

export interface LoggedModel {
  modelId: string;
  experimentId: string;
  name: string;
  artifactUri: string;
  status: LoggedModelStatus;
  sourceRunId: string | undefined;
  tags: Record<string, string>;
}

interface WireLoggedModel {
  info: {
    model_id: string;
    experiment_id: string;
    name: string;
    artifact_uri: string;
    status: LoggedModelStatus;
    source_run_id?: string;
    tags?: KeyValue[];
  };
}

export type LoggedModels = ReturnType<typeof loggedModelsOf>;

/** MLflow 3's models as things of their own: create, upload the files, finalize, and say which run made it. */
export function loggedModelsOf(transport: Transport, artifacts: Artifacts, runs: Pick<Runs, "get">) {
  return {
    async create({ experimentId, name, sourceRunId, modelType, params, tags }: NewLoggedModel): Promise<LoggedModel> {
      const whose = { experiment_id: experimentId, name, source_run_id: sourceRunId, model_type: modelType };
      const json = { ...whose, params: toPairs(params), tags: toPairs(tags) };
      return toLoggedModel(await transport.json<Answer>({ method: "POST", path: AT, json }));
    },

    async get(modelId: string): Promise<LoggedModel> {
      return toLoggedModel(
        await transport.json<Answer>({ method: "GET", path: `${AT}/${encodeURIComponent(modelId)}` }),
      );
    },

    upload: ({ artifactUri }: Pick<LoggedModel, "artifactUri">, path: string, bytes: Uint8Array): Promise<void> =>
      artifacts.upload(artifactUri, path, bytes),

    /** Declares the files complete (or given up); only a ready model can be registered. */
    async finalize(modelId: string, status: LoggedModelStatus = "LOGGED_MODEL_READY"): Promise<LoggedModel> {
      const path = `${AT}/${encodeURIComponent(modelId)}`;
      return toLoggedModel(
        await transport.json<Answer>({ method: "PATCH", path, json: { model_id: modelId, status } }),
      );
    },

    /** Says that a run made these models. MLflow answers 500 to one it knows already, so only new ones are sent. */
    async outputs(runId: string, models: readonly { modelId: string; step?: number }[]): Promise<void> {
      const { modelOutputs: known } = await runs.get(runId);
      const added = models.filter(({ modelId }) => !known.includes(modelId));
      if (added.length === 0) return;
      const json = { run_id: runId, models: added.map(({ modelId, step = 0 }) => ({ model_id: modelId, step })) };
      await transport.json({ method: "POST", path: "/api/2.0/mlflow/runs/outputs", json });
    },
  };
}

interface Answer {
  model: WireLoggedModel;
}

const AT = "/api/2.0/mlflow/logged-models";

const toLoggedModel = ({ model: { info } }: Answer): LoggedModel => ({
  modelId: info.model_id,
  experimentId: info.experiment_id,
  name: info.name,
  artifactUri: info.artifact_uri,
  status: info.status,
  sourceRunId: info.source_run_id,
  tags: toRecord(info.tags),
});

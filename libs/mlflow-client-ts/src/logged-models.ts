import type { Artifacts } from "./artifacts.js";
import { findOrUndefined } from "./errors.js";
import { pages } from "./paging.js";
import type { Runs } from "./runs.js";
import type { Transport } from "./transport.js";
import type { UploadBody } from "./upload-body.js";
import { toDate, toPairs, toRecord, type KeyValue } from "./wire.js";

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
  modelType: string | undefined;
  params: Record<string, string>;
  tags: Record<string, string>;
  createdAt: Date | undefined;
}

export interface LoggedModelSearch {
  experimentIds: readonly string[];
  /** MLflow's filter language, such as `name = 'churn'`; see `tagEquals`. */
  filter?: string;
  orderBy?: readonly { field: string; ascending?: boolean }[];
  pageSize?: number;
}

interface WireLoggedModel {
  info: {
    model_id: string;
    experiment_id: string;
    name: string;
    artifact_uri: string;
    status: LoggedModelStatus;
    source_run_id?: string;
    model_type?: string;
    tags?: KeyValue[];
    creation_timestamp_ms?: number | string;
  };
  data?: { params?: KeyValue[] };
}

interface Found {
  models?: WireLoggedModel[];
  next_page_token?: string;
}

export type LoggedModels = ReturnType<typeof loggedModelsOf>;

/** MLflow 3's models as things of their own: create, upload the files, finalize, and say which run made it. */
export function loggedModelsOf(transport: Transport, artifacts: Artifacts, runs: Pick<Runs, "get">) {
  const models = {
    async create({ experimentId, name, sourceRunId, modelType, params, tags }: NewLoggedModel): Promise<LoggedModel> {
      const whose = { experiment_id: experimentId, name, source_run_id: sourceRunId, model_type: modelType };
      const json = { ...whose, params: toPairs(params), tags: toPairs(tags) };
      return toLoggedModel(await transport.json<Answer>({ method: "POST", path: AT, json }));
    },

    async get(modelId: string): Promise<LoggedModel> {
      return toLoggedModel(await transport.json<Answer>({ method: "GET", path: at(modelId) }));
    },

    find: (modelId: string): Promise<LoggedModel | undefined> => findOrUndefined(() => models.get(modelId)),

    search({ experimentIds, filter, orderBy, pageSize = 50 }: LoggedModelSearch): AsyncGenerator<LoggedModel, void> {
      const order_by = orderBy?.map(({ field, ascending = true }) => ({ field_name: field, ascending }));
      const search = { experiment_ids: experimentIds, filter, order_by, max_results: pageSize };
      return pages<LoggedModel>(async (page_token) => {
        const call = { method: "POST", path: `${AT}/search`, json: { ...search, page_token } } as const;
        const found = await transport.json<Found>({ ...call, repeatable: "yes" });
        return {
          items: (found.models ?? []).map((model) => toLoggedModel({ model })),
          nextPageToken: found.next_page_token,
        };
      });
    },

    upload: ({ artifactUri }: Pick<LoggedModel, "artifactUri">, path: string, body: UploadBody): Promise<void> =>
      artifacts.upload(artifactUri, path, body),

    download: ({ artifactUri }: Pick<LoggedModel, "artifactUri">, path: string): Promise<Uint8Array> =>
      artifacts.download(artifactUri, path),

    async setTags(modelId: string, tags: Readonly<Record<string, string>>): Promise<void> {
      const json = { model_id: modelId, tags: toPairs(tags) };
      await transport.json({ method: "PATCH", path: `${at(modelId)}/tags`, json });
    },

    async deleteTag(modelId: string, key: string): Promise<void> {
      await transport.json({ method: "DELETE", path: `${at(modelId)}/tags/${encodeURIComponent(key)}` });
    },

    async delete(modelId: string): Promise<void> {
      await transport.json({ method: "DELETE", path: at(modelId) });
    },

    /** Declares the files complete (or given up); only a ready model can be registered. */
    async finalize(modelId: string, status: LoggedModelStatus = "LOGGED_MODEL_READY"): Promise<LoggedModel> {
      const json = { model_id: modelId, status };
      return toLoggedModel(await transport.json<Answer>({ method: "PATCH", path: at(modelId), json }));
    },

    /**
     * Says that a run made these models. MLflow answers 500 to one it knows already, so only new ones are sent, and where
     * somebody else was quicker nothing is left to say.
     */
    async outputs(runId: string, given: readonly { modelId: string; step?: number }[]): Promise<void> {
      const added = await unknownTo(runId, given);
      if (added.length === 0) return;
      const json = { run_id: runId, models: added.map(({ modelId, step = 0 }) => ({ model_id: modelId, step })) };
      const call = { method: "POST", path: "/api/2.0/mlflow/runs/outputs", json } as const;
      await transport.json(call).catch(async (error: unknown) => {
        if ((await unknownTo(runId, added)).length > 0) throw error;
      });
    },
  };
  return models;

  async function unknownTo<Output extends { modelId: string }>(runId: string, outputs: readonly Output[]) {
    const { modelOutputs: known } = await runs.get(runId);
    return outputs.filter(({ modelId }) => !known.includes(modelId));
  }
}

interface Answer {
  model: WireLoggedModel;
}

const AT = "/api/2.0/mlflow/logged-models";

const at = (modelId: string): string => `${AT}/${encodeURIComponent(modelId)}`;

const toLoggedModel = ({ model: { info, data = {} } }: Answer): LoggedModel => ({
  modelId: info.model_id,
  experimentId: info.experiment_id,
  name: info.name,
  artifactUri: info.artifact_uri,
  status: info.status,
  sourceRunId: info.source_run_id || undefined,
  modelType: info.model_type || undefined,
  params: toRecord(data.params),
  tags: toRecord(info.tags),
  createdAt: toDate(info.creation_timestamp_ms),
});

import { toModelVersion, type ModelVersion, type WireModelVersion } from "./model-version.js";
import { findOrUndefined } from "./errors.js";
import { pages } from "./paging.js";
import type { Transport } from "./transport.js";
import { toPairs } from "./wire.js";

export interface NewModelVersion {
  name: string;
  /** `models:/m-…` for a logged model, whose id must then be given as `modelId` too. MLflow refuses local paths. */
  source: string;
  runId?: string;
  modelId?: string;
  description?: string;
  tags?: Readonly<Record<string, string>>;
}

export interface ModelVersionSearch {
  /** MLflow's filter language, such as `name = 'churn'`; see `quoted` and `tagEquals`. */
  filter?: string;
  orderBy?: readonly string[];
  pageSize?: number;
}

interface Answer {
  model_version: WireModelVersion;
}

interface Found {
  model_versions?: WireModelVersion[];
  next_page_token?: string;
}

export type ModelVersions = ReturnType<typeof modelVersionsOf>;

export function modelVersionsOf(transport: Transport) {
  const versions = {
    async create({ name, source, runId, modelId, description, tags }: NewModelVersion): Promise<ModelVersion> {
      const json = { name, source, run_id: runId, model_id: modelId, description, tags: toPairs(tags) };
      return toModelVersion((await transport.json<Answer>({ method: "POST", path: at("create"), json })).model_version);
    },

    async get(name: string, version: string): Promise<ModelVersion> {
      const call = { method: "GET", path: at("get"), query: { name, version } } as const;
      return toModelVersion((await transport.json<Answer>(call)).model_version);
    },

    find: (name: string, version: string): Promise<ModelVersion | undefined> =>
      findOrUndefined(() => versions.get(name, version)),

    search({ filter, orderBy = [], pageSize = 1_000 }: ModelVersionSearch = {}): AsyncGenerator<ModelVersion, void> {
      return pages(async (page_token) => {
        const query = { filter, order_by: orderBy, max_results: pageSize, page_token };
        const found = await transport.json<Found>({ method: "GET", path: at("search"), query });
        return { items: (found.model_versions ?? []).map(toModelVersion), nextPageToken: found.next_page_token };
      });
    },

    async setTag(name: string, version: string, key: string, value: string): Promise<void> {
      const json = { name, version, key, value };
      await transport.json({ method: "POST", path: at("set-tag"), json, repeatable: "yes" });
    },

    async deleteTag(name: string, version: string, key: string): Promise<void> {
      await transport.json({ method: "DELETE", path: at("delete-tag"), json: { name, version, key } });
    },

    /** Where the version's files are: an `artifactUri` for `artifacts.download` and `artifacts.walk`. */
    async artifactUri(name: string, version: string): Promise<string> {
      const call = { method: "GET", path: at("get-download-uri"), query: { name, version } } as const;
      return (await transport.json<{ artifact_uri: string }>(call)).artifact_uri;
    },

    /** Its number is not given again. */
    async delete(name: string, version: string): Promise<void> {
      await transport.json({
        method: "DELETE",
        path: at("delete"),
        json: { name, version },
        repeatable: "before-sending",
      });
    },

    async update(name: string, version: string, { description }: { description: string }): Promise<ModelVersion> {
      const json = { name, version, description };
      return toModelVersion(
        (await transport.json<Answer>({ method: "PATCH", path: at("update"), json })).model_version,
      );
    },
  };
  return versions;
}

const at = (call: string): string => `/api/2.0/mlflow/model-versions/${call}`;

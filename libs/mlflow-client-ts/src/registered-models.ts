import { findOrUndefined } from "./errors.js";
import { pages } from "./paging.js";
import type { Repeatable } from "./retry.js";
import type { Transport } from "./transport.js";
import { toDate, toPairs, toRecord, type KeyValue } from "./wire.js";

export interface NewRegisteredModel {
  name: string;
  description?: string;
  tags?: Readonly<Record<string, string>>;
}

export interface RegisteredModel {
  name: string;
  description: string;
  tags: Record<string, string>;
  /** Alias → version. */
  aliases: Record<string, string>;
  createdAt: Date | undefined;
  updatedAt: Date | undefined;
}

export interface RegisteredModelSearch {
  /** MLflow's filter language, such as `name LIKE 'churn%'`. */
  filter?: string;
  orderBy?: readonly string[];
  pageSize?: number;
}

interface WireModel {
  name: string;
  description?: string;
  tags?: KeyValue[];
  aliases?: { alias: string; version: string }[];
  creation_timestamp?: number | string;
  last_updated_timestamp?: number | string;
}

interface Answer {
  registered_model: WireModel;
}

interface Found {
  registered_models?: WireModel[];
  next_page_token?: string;
}

export type RegisteredModels = ReturnType<typeof registeredModelsOf>;

export function registeredModelsOf(transport: Transport) {
  const send = async (method: "POST" | "PATCH" | "DELETE", call: string, json: unknown, repeatable?: Repeatable) =>
    toRegisteredModel((await transport.json<Answer>({ method, path: at(call), json, repeatable })).registered_model);

  const models = {
    create: ({ name, description, tags }: NewRegisteredModel): Promise<RegisteredModel> =>
      send("POST", "create", { name, description, tags: toPairs(tags) }),

    async get(name: string): Promise<RegisteredModel> {
      const call = { method: "GET", path: at("get"), query: { name } } as const;
      return toRegisteredModel((await transport.json<Answer>(call)).registered_model);
    },

    find: (name: string): Promise<RegisteredModel | undefined> => findOrUndefined(() => models.get(name)),

    search({ filter, orderBy = [], pageSize = 100 }: RegisteredModelSearch = {}) {
      return pages<RegisteredModel>(async (page_token) => {
        const query = { filter, order_by: orderBy, max_results: pageSize, page_token };
        const found = await transport.json<Found>({ method: "GET", path: at("search"), query });
        return { items: (found.registered_models ?? []).map(toRegisteredModel), nextPageToken: found.next_page_token };
      });
    },

    update: (name: string, { description }: { description: string }): Promise<RegisteredModel> =>
      send("PATCH", "update", { name, description }),

    /** Tried again only where nothing was sent: after the first time there is no such name. */
    rename: (name: string, newName: string): Promise<RegisteredModel> =>
      send("POST", "rename", { name, new_name: newName }),

    async setTag(name: string, key: string, value: string): Promise<void> {
      await transport.json({ method: "POST", path: at("set-tag"), json: { name, key, value }, repeatable: "yes" });
    },

    async deleteTag(name: string, key: string): Promise<void> {
      await transport.json({ method: "DELETE", path: at("delete-tag"), json: { name, key } });
    },

    /** With all its versions. */
    async delete(name: string): Promise<void> {
      await transport.json({ method: "DELETE", path: at("delete"), json: { name }, repeatable: "before-sending" });
    },
  };
  return models;
}

const at = (call: string): string => `/api/2.0/mlflow/registered-models/${call}`;

const toRegisteredModel = (wire: WireModel): RegisteredModel => ({
  name: wire.name,
  description: wire.description ?? "",
  tags: toRecord(wire.tags),
  aliases: Object.fromEntries((wire.aliases ?? []).map(({ alias, version }) => [alias, version])),
  createdAt: toDate(wire.creation_timestamp),
  updatedAt: toDate(wire.last_updated_timestamp),
});

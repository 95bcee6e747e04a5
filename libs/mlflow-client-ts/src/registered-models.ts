import { findOrUndefined } from "./errors.js";
import type { Transport } from "./transport.js";
import { toPairs, toRecord, type KeyValue } from "./wire.js";

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
}

interface Answer {
  registered_model: {
    name: string;
    description?: string;
    tags?: KeyValue[];
    aliases?: { alias: string; version: string }[];
  };
}

export type RegisteredModels = ReturnType<typeof registeredModelsOf>;

export function registeredModelsOf(transport: Transport) {
  const models = {
    async create({ name, description, tags }: NewRegisteredModel): Promise<RegisteredModel> {
      const json = { name, description, tags: toPairs(tags) };
      return toRegisteredModel(await transport.json<Answer>({ method: "POST", path: at("create"), json }));
    },

    async get(name: string): Promise<RegisteredModel> {
      return toRegisteredModel(await transport.json<Answer>({ method: "GET", path: at("get"), query: { name } }));
    },

    find: (name: string): Promise<RegisteredModel | undefined> => findOrUndefined(() => models.get(name)),
  };
  return models;
}

const at = (call: string): string => `/api/2.0/mlflow/registered-models/${call}`;

const toRegisteredModel = ({ registered_model: { name, description, tags, aliases } }: Answer): RegisteredModel => ({
  name,
  description: description ?? "",
  tags: toRecord(tags),
  aliases: Object.fromEntries((aliases ?? []).map(({ alias, version }) => [alias, version])),
});

import { findOrUndefined, isMlflowError, MlflowError } from "./errors.js";
import { toModelVersion, type ModelVersion, type WireModelVersion } from "./model-version.js";
import type { Transport } from "./transport.js";

export type Aliases = ReturnType<typeof aliasesOf>;

/** Names such as "champion" that point at a version of a registered model. */
export function aliasesOf(transport: Transport) {
  const aliases = {
    async set(name: string, alias: string, version: string): Promise<void> {
      await transport.json({ method: "POST", path: AT, json: { name, alias, version }, repeatable: "yes" });
    },

    /** A missing alias is RESOURCE_DOES_NOT_EXIST here, like everything else that is missing; MLflow says INVALID_PARAMETER_VALUE. */
    async get(name: string, alias: string): Promise<ModelVersion> {
      const call = { method: "GET", path: AT, query: { name, alias } } as const;
      const found = await transport.json<{ model_version: WireModelVersion }>(call).catch(sayMissing);
      return toModelVersion(found.model_version);
    },

    find: (name: string, alias: string): Promise<ModelVersion | undefined> =>
      findOrUndefined(() => aliases.get(name, alias)),

    /** Deleting an alias that is not there is no error. */
    async delete(name: string, alias: string): Promise<void> {
      await transport.json({ method: "DELETE", path: AT, json: { name, alias } });
    },
  };
  return aliases;
}

const AT = "/api/2.0/mlflow/registered-models/alias";

function sayMissing(error: unknown): never {
  const missing = isMlflowError(error, "INVALID_PARAMETER_VALUE") && /alias .*not found/i.test(error.message);
  if (!missing) throw error;
  throw new MlflowError({ code: "RESOURCE_DOES_NOT_EXIST", message: error.message, status: 404, cause: error });
}

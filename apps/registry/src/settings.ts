import * as z from "zod";
import { readSettings, type Environment } from "@millrace/service";

export const registrySettings = z.object({
  REGISTRY_LOOK_SECONDS: z.coerce
    .number()
    .positive()
    .max(60)
    .default(1)
    .describe("How often the registry looks whether a rollout may go on, and finishes what a dead process left"),
  REGISTRY_ALIAS_SECONDS: z.coerce
    .number()
    .positive()
    .max(3600)
    .default(10)
    .describe("How often MLflow is asked whether somebody moved a model's alias"),
});

export type RegistrySettings = z.infer<typeof registrySettings>;

export const readRegistrySettings = (environment: Environment): RegistrySettings =>
  readSettings(registrySettings, environment);

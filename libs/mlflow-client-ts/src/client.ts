import { aliasesOf, type Aliases } from "./aliases.js";
import { artifactsOf, type Artifacts } from "./artifacts.js";
import { experimentsOf, type Experiments } from "./experiments.js";
import { loggedModelsOf, type LoggedModels } from "./logged-models.js";
import { modelVersionsOf, type ModelVersions } from "./model-versions.js";
import { registeredModelsOf, type RegisteredModels } from "./registered-models.js";
import { runsOf, type Runs } from "./runs.js";
import { serverOf, type Server } from "./server.js";
import { createTransport, type MlflowClientOptions } from "./transport.js";

export interface MlflowClient {
  readonly server: Server;
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly artifacts: Artifacts;
  readonly loggedModels: LoggedModels;
  readonly registeredModels: RegisteredModels;
  readonly modelVersions: ModelVersions;
  readonly aliases: Aliases;
}

/** A client of one MLflow server. It holds no connection of its own, so there is nothing to close. */
export function createMlflowClient(options: MlflowClientOptions): MlflowClient {
  const transport = createTransport(options);
  const artifacts = artifactsOf(transport);
  const runs = runsOf(transport);
  return {
    server: serverOf(transport),
    experiments: experimentsOf(transport),
    runs,
    artifacts,
    loggedModels: loggedModelsOf(transport, artifacts, runs),
    registeredModels: registeredModelsOf(transport),
    modelVersions: modelVersionsOf(transport),
    aliases: aliasesOf(transport),
  };
}

import { defineService } from "@millrace/service";
import { decide } from "./decide.js";
import { importModel } from "./import-model.js";
import { startKeeper } from "./keeper.js";
import { stopMakingFiles } from "./mlflow-files.js";
import { promote } from "./promote.js";
import { recordRejected } from "./record-rejected.js";
import { rollBack } from "./roll-back.js";
import { readRegistrySettings } from "./settings.js";

export const registry = defineService({
  name: "registry",
  steps: [promote, decide, recordRejected, rollBack, importModel],
  start(platform) {
    const keeper = startKeeper(platform, readRegistrySettings(platform.environment));
    return { stop: () => Promise.all([keeper.stop(), stopMakingFiles()]).then(() => undefined) };
  },
});

import { defineService } from "@millrace/service";
import { decide } from "./decide.js";
import { importModel } from "./import-model.js";
import { startKeeper } from "./keeper.js";
import { promote } from "./promote.js";
import { recordRejected } from "./record-rejected.js";
import { rollBack } from "./roll-back.js";
import { readRegistrySettings } from "./settings.js";

export const registry = defineService({
  name: "registry",
  steps: [promote, decide, recordRejected, rollBack, importModel],
  start: (platform) => startKeeper(platform, readRegistrySettings(platform.environment)),
});

import { defineService } from "@millrace/service";
import { promote } from "./promote.js";
import { recordRejected } from "./record-rejected.js";
import { rollBack } from "./roll-back.js";

export const registry = defineService({ name: "registry", steps: [promote, recordRejected, rollBack] });

import { defineService } from "@millrace/service";
import { stopFitting } from "./fit-pool.js";
import { train } from "./train.js";

export const trainer = defineService({ name: "trainer", steps: [train], start: () => ({ stop: stopFitting }) });

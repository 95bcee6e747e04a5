import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { deploymentChange } from "./parts.js";

export const modelRolledBack = defineEvent({
  type: "model.rolled-back",
  summary: "An earlier version serves again",
  saidBy: ["roll-back"],
  heardBy: { inference: "deploy" },
  data: z.looseObject(deploymentChange),
});

import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { verdict } from "./parts.js";

export const modelApproved = defineEvent({
  type: "model.approved",
  summary: "The model passed every gate against the champion",
  saidBy: ["evaluate"],
  takenBy: { registry: "promote" },
  data: z.looseObject({ ...verdict, evaluation: z.number().int().positive().default(1) }),
});

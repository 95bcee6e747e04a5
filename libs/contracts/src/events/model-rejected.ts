import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { verdict } from "./parts.js";

export const modelRejected = defineEvent({
  type: "model.rejected",
  summary: "The model did not pass: the champion goes on serving",
  saidBy: ["train", "evaluate"],
  takenBy: { registry: "record-rejected" },
  data: z.looseObject({ ...verdict, failedGates: z.array(z.string()) }),
});

import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { deploymentChange } from "./parts.js";

export const modelPromoted = defineEvent({
  type: "model.promoted",
  summary: "A version became the champion",
  saidBy: ["promote", "decide", "import-model"],
  heardBy: { inference: "deploy" },
  data: z.looseObject({
    ...deploymentChange,
    exported: z.string().optional().describe("Where the package was exported to"),
  }),
});

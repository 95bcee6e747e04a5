import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const stepDone = defineEvent({
  type: "step.done",
  summary: "A step that has no event of its own to say did its work",
  data: z.looseObject({ step: z.string(), summary: z.string().optional().describe("What came of it, in a sentence") }),
});

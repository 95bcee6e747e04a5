import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const approvalRequested = defineEvent({
  type: "approval.requested",
  summary: "A version passed every gate and waits for somebody's approval",
  saidBy: ["promote"],
  data: z.looseObject({
    pipeline: z.string().min(1),
    model: z.string().min(1),
    version: z.number().int().positive(),
    reason: z.string(),
  }),
});

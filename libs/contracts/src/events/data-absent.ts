import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const dataAbsent = defineEvent({
  type: "data.absent",
  summary: "Nothing has arrived for a pipeline for longer than it says is usual",
  data: z.looseObject({
    pipeline: z.string().min(1),
    since: z.iso.datetime({ offset: true }).describe("The last arrival, or when it was first waited for"),
    absence: z.string().describe("How long nothing may arrive, as pipeline.yaml says: 26h"),
  }),
});

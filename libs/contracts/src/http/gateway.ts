import * as z from "zod";

/** The short form of POST /events. */
export const arrivalRequest = z
  .strictObject({
    pipeline: z.string().min(1),
    source: z.string().min(1).optional(),
    reason: z.string().optional(),
  })
  .meta({ id: "ArrivalRequest" });

export const acceptedRun = z
  .object({
    run: z.string(),
    pipeline: z.string(),
    event: z.string().describe("The id of the event that was published"),
    duplicate: z.boolean().describe("True where this arrival had already begun a run"),
  })
  .meta({ id: "AcceptedRun" });

export type ArrivalRequest = z.infer<typeof arrivalRequest>;
export type AcceptedRun = z.infer<typeof acceptedRun>;

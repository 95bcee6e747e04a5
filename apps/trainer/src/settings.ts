import { availableParallelism } from "node:os";
import * as z from "zod";
import { codeRevision, readSettings, type Environment } from "@millrace/service";

export const trainerSettings = z.object({
  TRAINER_THREADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe("How many fits a trainer does at a time, and the threads of the last fit; unset: one for each core"),
  TRAINER_MEMORY_MB: z.coerce
    .number()
    .int()
    .min(32)
    .optional()
    .describe("The heap of one fit; a candidate that needs more counts as failed. Unset: what Node gives a thread"),
  MILLRACE_REVISION: z
    .string()
    .optional()
    .describe(
      "What the code was built from, such as a commit, for lineage and tracking; unset: the version and, in a git checkout, its commit",
    ),
});

export interface TrainerSettings {
  readonly threads: number;
  readonly memoryMb: number | undefined;
  readonly revision: string;
}

export function trainerSettingsOf(environment: Environment): TrainerSettings {
  const { TRAINER_THREADS, TRAINER_MEMORY_MB } = readSettings(trainerSettings, environment);
  const threads = TRAINER_THREADS ?? availableParallelism();
  return { threads, memoryMb: TRAINER_MEMORY_MB, revision: codeRevision(environment) };
}

import { z } from "zod";

export const promote = z.strictObject({ alias: z.string().min(1).default("champion") }).prefault({});

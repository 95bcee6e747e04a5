import * as z from "zod";
import { readSettings, type Environment } from "@millrace/service";

export const gatewaySettings = z.object({
  KEEPER_AFTER_SECONDS: z.coerce
    .number()
    .positive()
    .default(60)
    .describe("How long a run may stand still before its last event is sent again"),
});

export const readGatewaySettings = (environment: Environment) => readSettings(gatewaySettings, environment);

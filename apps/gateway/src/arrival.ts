import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import {
  dataArrived,
  dataSchemaOf,
  digestOf,
  shortDigestOf,
  type ArrivalRequest,
  type CloudEvent,
} from "@millrace/contracts";
import type { Clock, PipelineFile } from "@millrace/service";

export interface Arrival extends ArrivalRequest {
  /** Always a new run, however often the same data have arrived. */
  again?: boolean;
  traceparent?: string;
}

/**
 * The event of an arrival. Its id follows from the data and the configuration, so that the same arrival names the same run;
 * where the data can't be read here, each arrival counts as new.
 */
export async function arrivalEvent(arrival: Arrival, file: PipelineFile, clock: Clock): Promise<CloudEvent> {
  const { source: given, reason, again, traceparent } = arrival;
  const location = await placeOf(given, file);
  const content = again || location === undefined ? undefined : await digestOfFile(location).catch(() => undefined);
  const source = given === undefined ? undefined : (location ?? given);
  return {
    ...{ specversion: "1.0" as const, type: dataArrived.type, source: "/millrace/gateway" },
    id: content === undefined ? randomUUID() : shortDigestOf({ ...(await identityOf(file)), location, content }),
    time: clock().toISOString(),
    ...{ datacontenttype: "application/json" as const, dataschema: dataSchemaOf(dataArrived) },
    ...{ pipeline: file.spec.name, ...(traceparent !== undefined && { traceparent }) },
    data: {
      pipeline: file.spec.name,
      ...(source !== undefined && { source }),
      ...(reason !== undefined && { reason }),
    },
  };
}

/** A file that the arrival names: absolute, else below the working directory, else below the pipeline's folder. */
async function placeOf(given: string | undefined, { spec, folder }: PipelineFile): Promise<string | undefined> {
  if (given === undefined) return "path" in spec.source ? resolve(folder, spec.source.path) : undefined;
  const places = isAbsolute(given) ? [given] : [resolve(given), resolve(folder, given)];
  for (const place of places) if (await isFile(place)) return place;
  return undefined;
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false;

/** The pipeline as it is configured now, with the schema that its data are checked against. */
async function identityOf({ spec, folder }: PipelineFile) {
  const schema =
    spec.schema === undefined ? undefined : await digestOfFile(resolve(folder, spec.schema)).catch(() => "none");
  return { pipeline: spec.name, spec: digestOf(spec), schema };
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

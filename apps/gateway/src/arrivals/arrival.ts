import { randomUUID } from "node:crypto";
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
import { digestOfFile, digestOfPaths, filesAt, isPattern, type SourcePath } from "./source-files.js";
import type { SourceProbe } from "./source-probe.js";

export interface Arrival extends ArrivalRequest {
  /** Always a new run, however often the same data have arrived. */
  again?: boolean;
  traceparent?: string;
  /** What tells this arrival from others, where a trigger knows better than the data do. */
  id?: string;
}

export interface ArrivalMeans {
  clock: Clock;
  probe: SourceProbe;
}

/**
 * The event of an arrival. Its id follows from the data and the configuration, so that the same arrival names the same run;
 * where the data can't be told apart from here, each arrival counts as new.
 */
export async function arrivalEvent(arrival: Arrival, file: PipelineFile, means: ArrivalMeans): Promise<CloudEvent> {
  const { source: given, reason, traceparent } = arrival;
  const place = given === undefined ? undefined : await placeOf(given, file.folder);
  return {
    ...{ specversion: "1.0" as const, type: dataArrived.type, source: "/millrace/gateway" },
    id: arrival.id ?? (await idOf(arrival, place, file, means)),
    time: means.clock().toISOString(),
    ...{ datacontenttype: "application/json" as const, dataschema: dataSchemaOf(dataArrived) },
    ...{ pipeline: file.spec.name, ...(traceparent !== undefined && { traceparent }) },
    data: {
      pipeline: file.spec.name,
      ...(given !== undefined && { source: place ?? given }),
      ...(reason !== undefined && { reason }),
    },
  };
}

async function idOf({ source, again }: Arrival, place: string | undefined, file: PipelineFile, means: ArrivalMeans) {
  const of = source === undefined ? ownContent(file, means) : givenContent(place ?? source, means);
  const content = again ? undefined : await of.catch(() => undefined);
  if (content === undefined) return randomUUID();
  const location = place ?? source ?? ownLocation(file);
  return shortDigestOf({ ...(await identityOf(file)), ...(location !== undefined && { location }), content });
}

const isUrl = (source: string): boolean => /^[a-z][a-z0-9+]+:\/\//i.test(source);

/** What the arrival names: absolute, else below the working directory, else below the pipeline's folder. */
async function placeOf(given: string, folder: string): Promise<string | undefined> {
  if (isUrl(given)) return given;
  const places = isAbsolute(given) ? [given] : [resolve(given), resolve(folder, given)];
  for (const place of places) if (await isThere(place)) return place;
  return undefined;
}

const isThere = async (path: string): Promise<boolean> =>
  isPattern(path) ? (await filesAt(path)).length > 0 : (await stat(path).catch(() => undefined)) !== undefined;

const givenContent = async (place: string, { probe }: ArrivalMeans): Promise<string | undefined> =>
  isUrl(place) ? probe.objects(place) : digestOfPaths([{ path: place }]);

const ownLocation = ({ spec: { source }, folder }: PipelineFile): string | undefined =>
  "path" in source ? resolve(folder, source.path) : undefined;

/** What the pipeline's own source holds now: the digest of its files or objects, or how far a growing table has come. */
async function ownContent(file: PipelineFile, { probe }: ArrivalMeans): Promise<string | undefined> {
  const { source, span } = file.spec;
  const inFolder = ({ path, format }: { path: string; format?: string }): SourcePath => ({
    path: resolve(file.folder, path),
    anyName: format !== undefined,
  });
  if ("path" in source) return digestOfPaths([inFolder(source)]);
  if ("tables" in source) return digestOfPaths(Object.values(source.tables).map(inFolder));
  if (source.kind === "s3") return probe.objects(source.url);
  if (source.kind === "http" || span.read !== "new") return undefined;
  const largest = await probe.largest(file);
  return largest === undefined ? undefined : JSON.stringify({ watermark: largest });
}

/** The pipeline as it is configured now, with the schema that its data are checked against. */
async function identityOf({ spec, folder }: PipelineFile) {
  const schema =
    spec.schema === undefined ? undefined : await digestOfFile(resolve(folder, spec.schema)).catch(() => "none");
  return { pipeline: spec.name, spec: digestOf(spec), schema };
}

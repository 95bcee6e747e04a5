import {
  sentenceOf,
  problemOf,
  type DeployedVersion,
  type ModelVersionRecord,
  type Problem,
} from "@millrace/contracts";
import { HttpProblem, notFound, versionCollection, versionKey, type Platform } from "@millrace/service";
import type { ServedModel } from "../served-model.js";

/** Versions that somebody asks for by number: loaded at the first question, the least asked of them let go. */
export interface PinnedVersions {
  /** Throws an HttpProblem while it is not there: 503 as long as it loads, 404 where it is no approved version. */
  get(model: string, version: number): ServedModel;
  load(model: string, version: number): Promise<ServedModel>;
  all(model: string): ServedModel[];
  remove(model: string, version: number): boolean;
}

export interface PinnedParts {
  readonly platform: Pick<Platform, "records" | "log">;
  /** How many are kept. */
  readonly most: number;
  readonly open: (model: string, version: DeployedVersion) => Promise<ServedModel>;
}

/** A version that could not be loaded is not looked for again before that. */
const FAILED_FOR_MS = 5000;
const MOST_FAILURES = 1000;
/** So many are loaded at a time: whoever asks for all versions must not take the memory of all. */
const MOST_LOADING = 2;

export function openPinnedVersions({ platform, most, open }: PinnedParts): PinnedVersions {
  const versions = platform.records.records(versionCollection);
  const loaded = new Map<string, ServedModel>();
  const loading = new Map<string, Promise<ServedModel>>();
  const failed = new Map<string, { error: HttpProblem; until: number }>();

  /** The order of the map is that of use: the first has not been asked for longest. */
  function touch(key: string): ServedModel | undefined {
    const served = loaded.get(key);
    if (served === undefined) return undefined;
    loaded.delete(key);
    loaded.set(key, served);
    return served;
  }

  function keep(key: string, served: ServedModel): ServedModel {
    loaded.set(key, served);
    while (loaded.size > most) loaded.delete(loaded.keys().next().value!);
    return served;
  }

  function fail(key: string, error: HttpProblem): never {
    failed.set(key, { error, until: performance.now() + FAILED_FOR_MS });
    if (failed.size > MOST_FAILURES) failed.delete(failed.keys().next().value!);
    throw error;
  }

  async function fetch(model: string, version: number): Promise<ServedModel> {
    const key = versionKey(model, version);
    try {
      const record = (await versions.get(key))?.value;
      if (record?.status !== "approved") throw notApproved(model, version, record);
      return keep(key, await open(model, deployedOf(record)));
    } catch (error) {
      return fail(key, error instanceof HttpProblem ? error : notLoaded(model, version, problemOf(error)));
    }
  }

  function load(model: string, version: number): Promise<ServedModel> {
    const key = versionKey(model, version);
    const known = touch(key);
    if (known !== undefined) return Promise.resolve(known);
    const failure = failed.get(key);
    if (failure !== undefined && failure.until > performance.now()) return Promise.reject(again(failure.error));
    const current = loading.get(key);
    if (current !== undefined) return current;
    if (loading.size >= MOST_LOADING) return Promise.reject(isLoading(model, version));
    const begun = fetch(model, version).finally(() => void loading.delete(key));
    loading.set(key, begun);
    return begun;
  }

  function get(model: string, version: number): ServedModel {
    const key = versionKey(model, version);
    const known = touch(key);
    if (known !== undefined) return known;
    const failure = failed.get(key);
    if (failure !== undefined && failure.until > performance.now()) throw again(failure.error);
    load(model, version).catch(() => undefined);
    throw isLoading(model, version);
  }

  return {
    ...{ get, load },
    all: (model) => [...loaded.values()].filter(({ name }) => name === model),
    remove: (model, version) => loaded.delete(versionKey(model, version)),
  };
}

/** Each question is refused for itself. */
const again = ({ status, problem }: HttpProblem): HttpProblem => new HttpProblem(status, problem);

const deployedOf = ({ version, package: bytes, probes, latencyBudget }: ModelVersionRecord): DeployedVersion => ({
  ...{ version, package: bytes, probes, latencyBudget },
});

const notApproved = (model: string, version: number, found: ModelVersionRecord | undefined): HttpProblem =>
  notFound({
    code: "VERSION_NOT_APPROVED",
    where: `${model} version ${version}`,
    message: found === undefined ? "there is no version of that number." : `it was rejected: ${found.reason}`,
    remedy: "Ask for an approved version: `millrace models` lists them.",
  });

const isLoading = (model: string, version: number): HttpProblem =>
  new HttpProblem(503, {
    code: "VERSION_LOADING",
    where: `${model} version ${version}`,
    message: "this version is being loaded.",
    remedy: "Ask again in a second.",
  });

const notLoaded = (model: string, version: number, problem: Problem): HttpProblem =>
  new HttpProblem(503, {
    code: "VERSION_NOT_LOADED",
    where: `${model} version ${version}`,
    message: `this version can't be loaded: ${sentenceOf(problem)}`,
    remedy: "Ask for another version.",
  });

import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, ProblemError } from "@millrace/contracts";
import { jsonOf, linesOf } from "./files.js";
import type { LocalMetric, LocalRun } from "./local-runs.js";
import type { LocalVersion } from "./local-versions.js";
import { fileNameOf } from "./names.js";
import { KEY_TAG } from "./tracking.js";

export interface HistoricRun extends LocalRun {
  key: string;
  metrics: readonly LocalMetric[];
  artifacts: readonly string[];
  /** Changes when anything of the run does. */
  digest: string;
  artifact(path: string): Promise<Uint8Array>;
}

export interface HistoricVersion extends LocalVersion {
  key: string;
  /** As registered, and what was tagged later. */
  tags: Record<string, string>;
  file(path: string): Promise<Uint8Array>;
}

export interface HistoricAlias {
  model: string;
  alias: string;
  version: string;
}

export interface LocalHistory {
  /** The oldest first. */
  runs(): Promise<HistoricRun[]>;
  versions(): Promise<HistoricVersion[]>;
  aliases(models: readonly string[]): Promise<HistoricAlias[]>;
}

/** All that the local driver has written to a folder. */
export async function openLocalHistory(dir: string): Promise<LocalHistory> {
  if (!(await namesIn(dir)).length) throw noHistory(dir);
  return {
    runs: async () => (await Promise.all((await filesLike(join(dir, "runs"))).map(readRun))).sort(by("startedAt")),

    async versions() {
      const folders = (await namesIn(join(dir, "models"))).map((model) => join(dir, "models", model));
      return (await Promise.all(folders.map(readVersions))).flat().sort(by("registeredAt"));
    },

    aliases: async (models) => (await Promise.all(models.map((model) => readAliases(dir, model)))).flat(),
  };
}

async function readRun(path: string): Promise<HistoricRun> {
  const run = (await jsonOf<LocalRun>(path))!;
  const folder = path.slice(0, -".json".length);
  const metrics = await linesOf<LocalMetric>(join(folder, "metrics.jsonl"));
  const artifacts = await filesBelow(join(folder, "artifacts"));
  const states = await Promise.all(artifacts.map(async (name) => stateOf(join(folder, "artifacts", name))));
  return {
    ...run,
    ...{ key: run.tags[KEY_TAG] ?? run.runId, metrics, artifacts },
    digest: digestOf([run, metrics, artifacts, states]),
    artifact: (name) => readFile(join(folder, "artifacts", name)),
  };
}

const stateOf = async (path: string): Promise<number[]> => {
  const { size, mtimeMs } = await stat(path);
  return [size, mtimeMs];
};

async function readVersions(model: string): Promise<HistoricVersion[]> {
  const paths = (await filesLike(join(model, "versions"))).sort((a, b) => numberIn(a) - numberIn(b));
  return Promise.all(paths.map((path) => readVersion(model, path)));
}

async function readVersion(model: string, path: string): Promise<HistoricVersion> {
  const version = (await jsonOf<LocalVersion>(path))!;
  const later = await linesOf<{ tags: Record<string, string> }>(path.replace(/json$/, "tags.jsonl"));
  return {
    ...version,
    key: version.tags[KEY_TAG] ?? `${version.model} ${version.version}`,
    tags: Object.assign({}, version.tags, ...later.map(({ tags }) => tags)),
    file: (name) => readFile(join(model, version.package, name)),
  };
}

async function readAliases(dir: string, model: string): Promise<HistoricAlias[]> {
  const folder = join(dir, "models", fileNameOf(model), "aliases");
  return Promise.all(
    (await filesLike(folder)).map(async (path) => ({
      ...{ model, alias: path.slice(folder.length + 1, -".json".length) },
      version: (await jsonOf<{ version: string }>(path))!.version,
    })),
  );
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch((): string[] => []);

const filesLike = async (folder: string): Promise<string[]> =>
  (await namesIn(folder)).filter((name) => /^[^.].*\.json$/.test(name)).map((name) => join(folder, name));

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp"));
  return paths.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
}

const numberIn = (path: string): number => Number(/(\d+)\.json$/.exec(path)?.[1]);

/** By time; runs and versions of the same moment stay in the order in which they were read. */
const by =
  <Key extends string>(key: Key) =>
  (a: Record<Key, string>, b: Record<Key, string>): number =>
    a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0;

const noHistory = (dir: string): ProblemError =>
  new ProblemError({
    code: "TRACKING_HISTORY_MISSING",
    where: dir,
    message: "there is no local tracking data.",
    remedy: "Name the folder in which Millrace ran: its MILLRACE_DATA_DIR, in which there is a folder `tracking`.",
  });

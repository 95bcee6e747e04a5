import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { shortDigestOf } from "@millrace/contracts";
import { appendLines, jsonOf, linesOf, readable, writeOnce, writeWhole } from "./files.js";
import { fileNameOf } from "./names.js";
import { unknownVersion } from "./problems.js";
import { KEY_TAG, type Tracking, type VersionToRegister } from "./tracking.js";

/** `models/<model>/versions/<n>.json`, as registered. What was tagged later is in `<n>.tags.jsonl`. */
export interface LocalVersion {
  model: string;
  version: string;
  runId: string;
  experiment: string;
  description?: string;
  registeredAt: string;
  /** The folder with the model's files, relative to the model's. */
  package: string;
  files: string[];
  tags: Record<string, string>;
}

type LocalVersions = Pick<Tracking, "registerVersion" | "tagVersion" | "setAlias" | "removeAlias" | "getAlias">;

export function localVersions(dir: string, clock: () => Date): LocalVersions {
  const at = (model: string, ...rest: string[]): string => join(dir, "models", fileNameOf(model), ...rest);
  const recordOf = (model: string, version: string): string => at(model, "versions", `${fileNameOf(version)}.json`);
  const tagsOf = (model: string, version: string): string => at(model, "versions", `${fileNameOf(version)}.tags.jsonl`);
  const aliasOf = (model: string, alias: string): string => at(model, "aliases", `${fileNameOf(alias)}.json`);

  async function mustExist(model: string, version: string): Promise<LocalVersion> {
    const found = await jsonOf<LocalVersion>(recordOf(model, version));
    if (found) return found;
    throw unknownVersion(model, version);
  }

  // Everybody tries the first free number, and one gets it: the others see whose it is and go on.
  async function claimNumber(wanted: VersionToRegister, folder: string): Promise<string> {
    for (let number = 1; ; number++) {
      const version = String(number);
      const taken = await jsonOf<LocalVersion>(recordOf(wanted.model, version));
      if (taken?.tags[KEY_TAG] === wanted.key) return version;
      if (taken) continue;
      const made = newVersion(wanted, version, folder, clock());
      if (await writeOnce(recordOf(wanted.model, version), readable(made))) return version;
      number--;
    }
  }

  return {
    // The files come first, in a folder named by the key: a version that can be seen is complete.
    async registerVersion(wanted) {
      const folder = join("packages", shortDigestOf(wanted.key, 16));
      const earlier = await versionWithKey(at(wanted.model, "versions"), wanted.key);
      if (earlier) return { version: earlier };
      for (const { path, bytes } of wanted.files) await writeWhole(at(wanted.model, folder, ...path.split("/")), bytes);
      return { version: await claimNumber(wanted, folder) };
    },

    async tagVersion(model, version, tags) {
      const registered = await mustExist(model, version);
      const later = await linesOf<{ tags: Record<string, string> }>(tagsOf(model, version));
      const now: Record<string, string> = Object.assign({}, registered.tags, ...later.map((line) => line.tags));
      const changed = Object.entries(tags).filter(([tag, value]) => now[tag] !== value);
      if (changed.length === 0) return;
      const line = { at: clock().toISOString(), tags: Object.fromEntries(changed) };
      await appendLines(tagsOf(model, version), [line]);
    },

    async setAlias(model, alias, version) {
      await mustExist(model, version);
      await writeWhole(aliasOf(model, alias), readable({ version, setAt: clock().toISOString() }));
    },

    removeAlias: (model, alias) => rm(aliasOf(model, alias), { force: true }),

    async getAlias(model, alias) {
      return (await jsonOf<{ version: string }>(aliasOf(model, alias)))?.version;
    },
  };
}

async function versionWithKey(versions: string, key: string): Promise<string | undefined> {
  const files = await readdir(versions).catch((): string[] => []);
  for (const file of files.filter((name) => /^\d+\.json$/.test(name))) {
    const found = await jsonOf<LocalVersion>(join(versions, file));
    if (found?.tags[KEY_TAG] === key) return found.version;
  }
  return undefined;
}

const newVersion = (wanted: VersionToRegister, version: string, folder: string, now: Date): LocalVersion => ({
  model: wanted.model,
  version,
  runId: wanted.runId,
  experiment: wanted.experiment,
  description: wanted.description,
  registeredAt: now.toISOString(),
  package: folder,
  files: wanted.files.map(({ path }) => path),
  tags: { ...wanted.tags, [KEY_TAG]: wanted.key },
});

import { statSync, watch, type FSWatcher } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { AcceptedRun } from "@millrace/contracts";
import { errorFields, type Log, type PipelineFile } from "@millrace/service";
import type { PipelineList } from "../pipeline-list.js";
import { isPattern } from "../arrivals/source-files.js";
import { landingsIn, SUCCESS, type Landing } from "./landing.js";
import type { Begin } from "./trigger-state.js";
import { warnOnce } from "./warn-once.js";

export interface FolderTriggerParts {
  pipelines(): Promise<PipelineList>;
  log: Log;
  /** Begins the run of what has landed; the same data begin the same run. */
  begin: Begin;
  everyMs?: number;
}

const EVERY_MS = 2_000;
/** After a file was first seen it is looked at again this soon: a second look without a change says that it is complete. */
const SECOND_LOOK_MS = 250;

/** Begins a run for each data file that lies beside `_SUCCESS` in a watched folder. */
export function watchFolders({ pipelines, log, begin, everyMs = EVERY_MS }: FolderTriggerParts) {
  const watchers = new Map<string, FSWatcher>();
  const soundOnce = warnOnce(log);
  /** Files whose run has begun although their marker could not be taken away. */
  const begun = new Map<string, string>();
  let marks = new Map<string, string>();
  let looking: Promise<void> | undefined;
  let soon: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const seen = new Map<string, string>();
    const { pipelines: found, problems } = await pipelines();
    for (const problem of problems) soundOnce("a pipeline can't be read, so its folders are not watched", { problem });
    const watched = found.flatMap((file) =>
      file.spec.triggers.flatMap((trigger) =>
        "watch" in trigger ? [{ file, folder: resolve(file.folder, trigger.watch) }] : [],
      ),
    );
    forgetOthers(new Set(watched.map(({ folder }) => folder)));
    for (const { file, folder } of watched) {
      await lookInto(file, folder, seen).catch((error: unknown) =>
        soundOnce("a watched folder can't be read", { folder, pipeline: file.spec.name, error: String(error) }),
      );
    }
    marks = seen;
  }

  async function lookInto(file: PipelineFile, folder: string, seen: Map<string, string>): Promise<void> {
    await listenTo(folder);
    for (const landing of await landingsIn(folder)) {
      const settled = landing.files.map(({ path, mark }) => {
        seen.set(path, mark);
        return marks.get(path) === mark;
      });
      if (!settled.every(Boolean)) lookSoon();
      else if (landing.files.length > 0) await take(file, landing);
    }
  }

  /** All runs are written down before the marker goes: dying in between begins the same runs, which are known by then. */
  async function take(file: PipelineFile, { folder, files }: Landing): Promise<void> {
    const fresh = files.filter((landed) => begun.get(landed.path) !== landed.mark);
    if (fresh.length === 0) return;
    let last: AcceptedRun | undefined;
    for (const source of readsItself(file) ? [undefined] : fresh.map(({ path }) => path)) {
      last = await begin(file, { reason: "folder", ...(source !== undefined && { source }) });
      if (!last.duplicate) log.info("data have landed", { pipeline: file.spec.name, source, run: last.run });
    }
    for (const { path, mark } of fresh) begun.set(path, mark);
    if (last !== undefined && (await takeMarker(folder, last.run))) files.forEach(({ path }) => begun.delete(path));
  }

  /** False where the folder is read-only: then the marker stays, and the files are remembered instead. */
  async function takeMarker(folder: string, run: string): Promise<boolean> {
    try {
      await rename(join(folder, SUCCESS), join(folder, `${SUCCESS}.${run}`));
    } catch (error) {
      // Another gateway may have taken the marker away.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
      soundOnce("a marker can't be taken away, so it stays", { folder, error: String(error) });
      return false;
    }
    return true;
  }

  async function listenTo(folder: string): Promise<void> {
    if (watchers.has(folder)) return;
    await mkdir(folder, { recursive: true });
    if (stopped) return;
    const watcher = watch(folder, { persistent: false }, lookSoon);
    watcher.on("error", () => forget(folder));
    watchers.set(folder, watcher);
  }

  function forget(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  const forgetOthers = (folders: ReadonlySet<string>) =>
    [...watchers.keys()].filter((folder) => !folders.has(folder)).forEach(forget);

  function lookSoon(): void {
    if (stopped) return;
    soon ??= setTimeout(() => {
      soon = undefined;
      lookQuietly();
    }, SECOND_LOOK_MS).unref();
  }

  function lookQuietly(): void {
    looking ??= look()
      .catch((error: unknown) => log.warn("the watched folders could not be looked at", errorFields(error)))
      .finally(() => (looking = undefined));
  }

  const timer = setInterval(lookQuietly, everyMs);
  timer.unref();
  lookQuietly();
  return {
    async stop(): Promise<void> {
      stopped = true;
      clearInterval(timer);
      clearTimeout(soon);
      [...watchers.keys()].forEach(forget);
      await looking;
    },
  };
}

/** A pipeline over a folder, a pattern or several tables reads all of it: no file of these stands for its source. */
const readsItself = ({ spec: { source }, folder }: PipelineFile): boolean =>
  "tables" in source || ("path" in source && (isPattern(source.path) || isFolder(resolve(folder, source.path))));

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

import { stat } from "node:fs/promises";

export interface FileWatch {
  stop(): void;
}

/**
 * Calls back when one of the files has changed since this was called. It looks rather than listens: a mounted secret is
 * exchanged by a link to another folder, which no watcher of the file hears of.
 */
export async function watchFiles(paths: readonly string[], changed: () => void, everyMs = 1000): Promise<FileWatch> {
  const mark = async () => (await Promise.all(paths.map(markOf))).join();
  let last = await mark();
  let looking = false;
  const look = async () => {
    if (looking) return;
    looking = true;
    const now = await mark();
    looking = false;
    if (now !== last) changed();
    last = now;
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

const markOf = (path: string): Promise<string> =>
  stat(path).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs}-${size}-${ino}`,
    () => "missing",
  );

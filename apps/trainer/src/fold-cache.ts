import type { FoldData } from "@millrace/learning";
import type { StepContext } from "@millrace/service";
import { digestsOf, loadFold, type StoredFold } from "./load-arrays.js";

const MOST_BYTES = 512 * 1024 * 1024;
const KEPT_MS = 60_000;

/** The folds that jobs ask for again and again: each is loaded once, and let go when it is not asked for any more. */
export function openFoldCache(artifacts: Pick<StepContext["artifacts"], "get">) {
  const loaded = new Map<string, { data: Promise<FoldData>; bytes: number }>();
  let forgetting: NodeJS.Timeout | undefined;

  function load(fold: StoredFold, classes: number): Promise<FoldData> {
    clearTimeout(forgetting);
    forgetting = setTimeout(() => loaded.clear(), KEPT_MS).unref();
    const key = [...digestsOf(fold.train), ...digestsOf(fold.test)].join();
    const known = loaded.get(key) ?? { data: loadFold(artifacts, fold, classes), bytes: bytesOf(fold) };
    loaded.delete(key);
    loaded.set(key, known);
    known.data.catch(() => loaded.delete(key));
    makeRoom();
    return known.data;
  }

  /** The one asked for longest ago goes first; the last one stays, however large it is. */
  function makeRoom(): void {
    let bytes = [...loaded.values()].reduce((sum, each) => sum + each.bytes, 0);
    for (const [key, each] of loaded) {
      if (bytes <= MOST_BYTES || loaded.size === 1) return;
      loaded.delete(key);
      bytes -= each.bytes;
    }
  }

  return { load };
}

export type FoldCache = ReturnType<typeof openFoldCache>;

export const bytesOf = ({ train, test }: StoredFold): number => train.x.size + test.x.size;

import { errorFields, type Log } from "../log.js";
import { digestOf, type KeyRecord } from "./api-key.js";
import { readKeyFile } from "./key-file.js";
import type { KeyRing } from "./key-ring.js";
import type { AccessSettings } from "./settings.js";
import { watchFiles } from "./watch-files.js";

/** Fills the ring from the settings, and again whenever the file of keys changes. */
export async function followKeys(settings: AccessSettings, ring: KeyRing, log: Log): Promise<{ stop(): void }> {
  const own = ownKey(settings.MILLRACE_API_KEY);
  const path = settings.MILLRACE_KEYS_FILE;
  ring.replace(own);
  if (path === undefined) return { stop: () => undefined };
  const read = async () => ring.replace([...own, ...(await readKeyFile(path))]);
  // Keys that were valid go on being so: a file that can't be read for a moment must not lock everybody out.
  const again = () =>
    read().then(
      () => log.info("the keys were read again", { path }),
      (error: unknown) => log.error("the keys can't be read; the old ones stay valid", { path, ...errorFields(error) }),
    );
  const watch = await watchFiles([path], () => void again());
  await read().catch((error: unknown) => {
    watch.stop();
    throw error;
  });
  return watch;
}

const ownKey = (key: string | undefined): KeyRecord[] =>
  key === undefined
    ? []
    : [{ id: "environment", name: "MILLRACE_API_KEY", digest: digestOf(key), scopes: ["admin"], createdAt: "" }];

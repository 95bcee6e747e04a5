import { Worker } from "node:worker_threads";
import { mlflowFolder, openThreadPool } from "@millrace/learning";
import type { PackagedFile } from "@millrace/tracking";

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const compiledWorker = new URL("../dist/mlflow-files-worker.js", import.meta.url);

// The ONNX file of a large forest takes seconds: in a thread, so that health checks and heartbeats go on.
const pool = openThreadPool<Uint8Array, PackagedFile[]>(() => new Worker(compiledWorker));

export const stopMakingFiles = pool.stop;

/** Smaller packages are done before a thread has begun. */
const LARGE_BYTES = 128 * 1024;

/** The folder that Python opens, of a package. */
export const mlflowFiles = async (packed: Uint8Array): Promise<readonly PackagedFile[]> =>
  packed.length < LARGE_BYTES ? mlflowFolder(packed).files : pool.run(packed);

import { createRequire as requireFrom } from "node:module";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type {
  OnnxRuntime,
  OnnxSession,
  ThreadAnswer,
  ThreadQuestion,
  ThreadReady,
  ThreadStart,
} from "./onnx-runtime.js";

// A thread of its own for each model: reading a large one holds up nobody, and its memory goes when the thread ends.
const { onnx, port, answered } = workerData as ThreadStart;

/** The native build first; the one for WebAssembly is slower, and needs nothing but itself. */
const installed = ["onnxruntime-node", "onnxruntime-web"];

/** The one that ONNX_RUNTIME names, and no other: a package, or the folder of one that is installed elsewhere. */
const { ONNX_RUNTIME: wanted = "" } = process.env;
const runtimes = wanted === "" ? installed : [isAbsolute(wanted) ? mainFileOf(wanted) : wanted];

function mainFileOf(folder: string): string {
  try {
    return pathToFileURL(requireFrom(import.meta.url).resolve(folder)).href;
  } catch {
    return folder;
  }
}

async function loadRuntime(): Promise<{ name: string; runtime: OnnxRuntime } | undefined> {
  for (const name of runtimes) {
    try {
      const found = (await import(name)) as OnnxRuntime | { default: OnnxRuntime };
      return { name: wanted || name, runtime: "InferenceSession" in found ? found : found.default };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

const tell = (ready: ThreadReady) => parentPort!.postMessage(ready);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function answer(session: OnnxSession, runtime: OnnxRuntime, question: ThreadQuestion): Promise<ThreadAnswer> {
  try {
    const feeds = question.feeds.map(({ name, type, data, dims }) => [name, new runtime.Tensor(type, data, dims)]);
    const outputs = await session.run(Object.fromEntries(feeds) as Record<string, object>, question.fetches);
    return { outputs: question.fetches.map((name) => ({ data: outputs[name]!.data, dims: [...outputs[name]!.dims] })) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function serve(session: OnnxSession, runtime: OnnxRuntime, name: string): Promise<void> {
  port.on("message", async (question: ThreadQuestion) => {
    port.postMessage(await answer(session, runtime, question));
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
  tell({ kind: "ready", runtime: name, inputs: session.inputMetadata, outputs: session.outputMetadata });
}

try {
  const loaded = await loadRuntime();
  if (loaded === undefined) tell({ kind: "failed", code: "ONNX_RUNTIME_MISSING", message: "" });
  else {
    const { name, runtime } = loaded;
    runtime.env.logLevel = "error";
    runtime.env.wasm.numThreads = 1;
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
    await serve(await runtime.InferenceSession.create(onnx, options), runtime, name);
  }
} catch (error) {
  tell({ kind: "failed", code: "ONNX_UNREADABLE", message: messageOf(error) });
}

import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { ProblemError } from "@millrace/contracts";
import type {
  Feed,
  Fetched,
  ThreadAnswer,
  ThreadQuestion,
  ThreadReady,
  ThreadStart,
  ValueMetadata,
} from "./onnx-runtime.js";

/** An ONNX model in a thread of its own. */
export interface OnnxThread {
  readonly runtime: string;
  readonly inputs: readonly ValueMetadata[];
  readonly outputs: readonly ValueMetadata[];
  /** Waits for the answer: a prediction is one call for whoever asks, as of any other model. */
  run(feeds: readonly Feed[], fetches: readonly string[]): readonly Fetched[];
  close(): Promise<void>;
}

/** Both from src/ and from dist/ this is the compiled thread: a thread can't load TypeScript. */
const thread = new URL("../dist/onnx-thread.js", import.meta.url);

const LONGEST_MS = 10_000;

/** A model that nobody holds any more takes its thread with it. */
const forgotten = new FinalizationRegistry<Worker>((worker) => void worker.terminate());

export async function openOnnxThread(onnx: Uint8Array): Promise<OnnxThread> {
  const { port1: mine, port2: port } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const start: ThreadStart = { onnx: onnx.slice(), port, answered };
  const worker = new Worker(thread, { workerData: start, transferList: [port], stderr: true });
  worker.unref();
  mine.unref();
  const ready = await firstWord(worker);
  if (ready.kind === "failed") {
    await worker.terminate();
    throw notOpened(ready);
  }
  const run = asker(mine, answered, worker);
  const opened: OnnxThread = {
    ...{ runtime: ready.runtime, inputs: ready.inputs, outputs: ready.outputs, run },
    close: async () => void (await worker.terminate()),
  };
  forgotten.register(opened, worker);
  return opened;
}

function firstWord(worker: Worker): Promise<ThreadReady> {
  worker.ref();
  return new Promise<ThreadReady>((resolve) => {
    const failed = (message: string) => resolve({ kind: "failed", code: "ONNX_UNREADABLE", message });
    worker.once("message", resolve);
    worker.on("error", (error) => failed((error as Error).message));
    worker.once("exit", (code) => failed(`the runtime ended with code ${code}`));
  }).finally(() => worker.unref());
}

function asker(port: MessagePort, answered: Int32Array, worker: Worker): OnnxThread["run"] {
  let broken: ProblemError | undefined;
  return (feeds, fetches) => {
    if (broken !== undefined) throw broken;
    const before = Atomics.load(answered, 0);
    port.postMessage({ feeds, fetches } satisfies ThreadQuestion);
    if (Atomics.wait(answered, 0, before, LONGEST_MS) === "timed-out") {
      void worker.terminate();
      throw (broken = notAnswered());
    }
    const answer = (receiveMessageOnPort(port) as { message: ThreadAnswer }).message;
    if ("error" in answer) throw failedToRun(answer.error);
    return answer.outputs;
  };
}

function notOpened({ code, message }: Extract<ThreadReady, { kind: "failed" }>): ProblemError {
  if (code === "ONNX_RUNTIME_MISSING") return runtimeMissing();
  return new ProblemError({
    code,
    message: `the ONNX runtime can't read this model: ${message.slice(0, 500)}.`,
    remedy: "Check the file with onnx.checker.check_model, and export it with an opset that onnxruntime knows.",
  });
}

const runtimeMissing = (): ProblemError =>
  new ProblemError({
    code: "ONNX_RUNTIME_MISSING",
    message: "a model made elsewhere needs onnxruntime, which is not installed here.",
    remedy:
      "Run `npm install --no-save onnxruntime-node` in Millrace's folder (or onnxruntime-web: no native code, but slower), then try again.",
  });

const notAnswered = (): ProblemError =>
  new ProblemError({
    code: "ONNX_TIMED_OUT",
    message: `the ONNX model gave no answer within ${LONGEST_MS / 1000} s, and was ended.`,
    remedy: "Deploy another version; the log of the service may tell more.",
  });

const failedToRun = (message: string): ProblemError =>
  new ProblemError({
    code: "ONNX_RUN_FAILED",
    message: `the ONNX model could not answer: ${message.slice(0, 500)}.`,
    remedy: "Compare the schema that it was imported with to the inputs of its graph.",
  });

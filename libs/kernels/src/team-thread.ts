import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { instantiate } from "./program.js";
import { CALL, DONE, FAILED, STARTED, waitUntil, type Order } from "./team-signals.js";

const { signals, values } = workerData as { signals: Int32Array; values: Float64Array };
let functions: ReturnType<typeof instantiate> = {};

function tell(signal: number, value: number): void {
  Atomics.store(signals, signal, value);
  Atomics.notify(signals, signal);
}

function obey({ name, count, module, memory }: Order): void {
  if (module !== undefined && memory !== undefined) functions = instantiate(module, memory);
  functions[name]!(...values.subarray(0, count));
}

/** A helper thread's whole life: wait for a call, do it, say so. It ends when it is terminated. */
function serve(): never {
  tell(STARTED, 1);
  for (let call = 1; ; call++) {
    waitUntil(signals, CALL, call);
    try {
      obey((receiveMessageOnPort(parentPort!) as { message: Order }).message);
    } catch {
      tell(FAILED, 1);
    }
    tell(DONE, call);
  }
}

serve();

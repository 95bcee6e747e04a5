import { readFileSync } from "node:fs";
import type { CompiledKernel, KernelMemory } from "./web-assembly.js";

/** The compiled kernels of assembly/, one file each; the same folder seen from src/ and from dist/. */
const folder = new URL("../wasm/", import.meta.url);
const PAGE = 65_536;
/** What 32-bit addresses reach. */
const MOST_BYTES = 65_535 * PAGE;

const modules = new Map<string, CompiledKernel>();

function moduleNamed(kernel: string): CompiledKernel {
  const known = modules.get(kernel);
  if (known !== undefined) return known;
  const compiled = new WebAssembly.Module(readFileSync(new URL(`${kernel}.wasm`, folder)));
  modules.set(kernel, compiled);
  return compiled;
}

/** A kernel with a memory of its own, which its threads share. */
export interface Program {
  readonly module: CompiledKernel;
  readonly memory: KernelMemory;
  call(name: string, ...values: readonly number[]): number;
}

export function openProgram(kernel: string, bytes: number): Program {
  const pages = Math.ceil(Math.min(bytes, MOST_BYTES) / PAGE) + 1;
  return programOn(kernel, new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }));
}

/** A kernel on a memory that was filled before: by another thread, whose work this one takes over. */
export function programOn(kernel: string, memory: KernelMemory): Program {
  const module = moduleNamed(kernel);
  const functions = instantiate(module, memory);
  return { module, memory, call: (name, ...values) => functions[name]!(...values) };
}

type Functions = Readonly<Record<string, (...values: number[]) => number>>;

export function instantiate(module: CompiledKernel, memory: KernelMemory): Functions {
  const abort = () => {
    throw new Error("a kernel stopped: it was given what it cannot work on");
  };
  return new WebAssembly.Instance(module, { env: { memory, abort } }).exports as Functions;
}

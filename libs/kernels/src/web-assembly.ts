/* eslint-disable @typescript-eslint/no-namespace, @typescript-eslint/no-empty-object-type -- it is a namespace of the platform */
/** The part of WebAssembly's JavaScript API that is used here: TypeScript counts it among what only a browser has. */
declare global {
  namespace WebAssembly {
    interface Module {}
    interface Memory {
      readonly buffer: SharedArrayBuffer;
    }
    interface Instance {
      readonly exports: object;
    }
    const Module: new (bytes: Uint8Array) => Module;
    const Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => Memory;
    const Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => Instance;
  }
}

export type CompiledKernel = WebAssembly.Module;
export type KernelMemory = WebAssembly.Memory;

import type { Bus } from "@millrace/messaging";
import type { ArtifactStore, RecordStore, Records } from "@millrace/storage";
import type { Tracking } from "@millrace/tracking";

interface Drivers {
  bus: Bus;
  artifacts: ArtifactStore;
  records: RecordStore;
  tracking: Tracking;
}

/**
 * Wraps every write and publish so that the process ends, as by kill -9, at the n-th boundary: each call has one boundary
 * before and one after it. With it a test can try a crash between any two lines that matter.
 */
export function killAt<D extends Drivers>(boundary: number, drivers: D): D & { crossed(): number } {
  let crossed = 0;
  const cross = () => {
    if (++crossed === boundary) process.kill(process.pid, "SIGKILL");
  };
  const bounded = <T extends object>(target: T, methods: readonly (keyof T)[]): T => ({
    ...target,
    ...Object.fromEntries(
      methods.map((method) => [
        method,
        async (...args: unknown[]) => {
          cross();
          const result = await (target[method] as (...args: unknown[]) => unknown)(...args);
          cross();
          return result;
        },
      ]),
    ),
  });
  const writes: readonly (keyof Records<unknown>)[] = ["putIfAbsent", "compareAndSet", "update", "remove"];
  return {
    ...drivers,
    crossed: () => crossed,
    bus: bounded(drivers.bus, ["publish"]),
    artifacts: bounded(drivers.artifacts, ["put", "putFile", "putNamed"]),
    tracking: bounded(drivers.tracking, [
      "openRun",
      "logMetrics",
      "closeRun",
      "registerVersion",
      "tagVersion",
      "setAlias",
    ]),
    records: { ...drivers.records, records: (definition) => bounded(drivers.records.records(definition), writes) },
  };
}

import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";

/**
 * The collector of young garbage shares its work with threads. Where they have but this core it waits for each to get its turn:
 * pauses of six milliseconds instead of a half, when little is left to share. To be called before the first request.
 */
export function suitOneCore(cores = availableParallelism(), setFlags = setFlagsFromString): void {
  if (cores === 1) setFlags("--no-parallel-scavenge");
}

import { problemOf, type Probe, type Problem, type Table } from "@millrace/contracts";
import { openPackage, type ServableModel } from "@millrace/runtimes";
import { measureLatency, withMemory, type Latency } from "./measure-serving.js";
import { notOfTheModel } from "./score.js";
import { differenceFrom, askedAsTable } from "./probe-rows.js";

/** Plain data: it goes to a thread. */
export interface PackageCheckJob {
  readonly kind: "check";
  readonly bytes: Uint8Array;
  /** Some of the training rows. */
  readonly rows: Table;
  /** What the trainer's own model said to rows before it was packaged. */
  readonly trained?: Probe;
}

/** What is wrong with a package that can't serve, by the check that found it. */
export interface Unusable {
  readonly check: "load" | "query" | "rows" | "trainer";
  readonly problem: Problem;
}

export interface Usable {
  readonly probe: Probe;
  readonly latency: Latency;
  /** Bytes, about. */
  readonly memory: number;
}

export type PackageCheck = Unusable | Usable;

/**
 * Loads the package as inference does and asks it: the table and row by row, which have to agree, also with what the trainer
 * saw. Whatever is thrown here is the package's fault, but for a runtime that is not there.
 */
export async function checkPackage({ bytes, rows, trained }: PackageCheckJob): Promise<PackageCheck> {
  let check: Unusable["check"] = "load";
  let opened: ServableModel | undefined;
  try {
    const { result: model, memory } = await withMemory(() => openPackage(bytes));
    opened = model;
    check = "query";
    const probe = askedAsTable(model, rows);
    const wrong = outOfRange(probe) ?? differenceFrom(model, probe, "when the rows are a table");
    if (wrong !== undefined) return { check: "rows", problem: disagrees(wrong) };
    const other = trained && differenceFrom(model, trained, "from the trainer's model");
    if (other !== undefined) return { check: "trainer", problem: disagrees(other) };
    return { probe, latency: measureLatency(model, probe), memory: memory + bytes.length };
  } catch (error) {
    if (notOfTheModel(error)) throw error;
    return { check, problem: problemOf(error) };
  } finally {
    await opened?.close?.();
  }
}

function outOfRange({ predictions, classes }: Probe): string | undefined {
  const row = predictions.findIndex((values) => values.some((value) => !(value >= -1e-5 && value <= 1 + 1e-5)));
  if (row < 0) return undefined;
  return `to row ${row + 1} it says ${predictions[row]!.join(", ")} for ${classes.join(", ")}, which are no probabilities`;
}

const disagrees = (message: string): Problem => ({
  code: "PACKAGE_DISAGREES",
  message: `${message}.`,
  remedy: "Train the model again; if that gives the same, report it.",
});

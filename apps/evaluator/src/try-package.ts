import { probe, ProblemError, Retry, type DataOf, type modelTrained, type Probe } from "@millrace/contracts";
import { readJson, readTableArtifact, type StepContext } from "@millrace/service";
import type { PackageCheck, Unusable } from "./check-package.js";
import { checkInThread } from "./evaluation-pool.js";
import { someRows } from "./some-rows.js";

type Trained = DataOf<typeof modelTrained>;
type Context = Pick<StepContext, "artifacts" | "signal">;

const PROBE_ROWS = 64;

/** Whether inference could serve the package; an outage of the store says nothing about it, and is thrown. */
export async function tryPackage(trained: Trained, { artifacts, signal }: Context): Promise<PackageCheck> {
  const bytes = await orUnusable("load", () => artifacts.get(trained.package));
  if ("problem" in bytes) return bytes;
  const told = await orUnusable("trainer", () => trainerProbe(trained, artifacts));
  if ("problem" in told) return told;
  const rows = someRows(await readTableArtifact(artifacts, trained.sample ?? trained.dataset.train), PROBE_ROWS);
  return checkInThread({ kind: "check", bytes: bytes.found, rows, trained: told.found }, signal);
}

async function orUnusable<Found>(
  check: Unusable["check"],
  find: () => Promise<Found>,
): Promise<{ found: Found } | Unusable> {
  try {
    return { found: await find() };
  } catch (error) {
    if (error instanceof ProblemError && !(error instanceof Retry)) return { check, problem: error.problem };
    throw error;
  }
}

/** Only where the trainer left one. */
async function trainerProbe({ probe: ref }: Trained, artifacts: Context["artifacts"]): Promise<Probe | undefined> {
  if (ref === undefined) return undefined;
  const read = probe.safeParse(await readJson(artifacts, ref));
  if (read.success) return read.data;
  throw new ProblemError({
    code: "PROBE_INVALID",
    where: ref.name,
    message: `what the trainer left to compare with can't be read: ${read.error.issues[0]?.message}.`,
    remedy: "Run the same version of trainer and evaluator.",
  });
}

import type { RunRecord, RunStatus } from "@millrace/contracts";
import { notFound } from "@millrace/service";
import { defineCollection, type RecordPage, type RecordStore, type Records, type Versioned } from "@millrace/storage";

export const runCollection = defineCollection<RunRecord>({
  name: "runs",
  indexes: {
    byStart: ["startedAt"],
    byStatus: ["status", "startedAt"],
    byPipeline: ["pipeline", "startedAt"],
    byPipelineAndStatus: ["pipeline", "status", "startedAt"],
  },
});

export type Runs = Records<RunRecord>;

export const openRuns = (store: RecordStore): Runs => store.records(runCollection);

export interface RunFilter {
  pipeline?: string;
  status?: RunStatus;
  limit?: number;
  after?: string;
}

/** A page of runs, the newest first. */
export const listRuns = (runs: Runs, { pipeline, status, ...page }: RunFilter): Promise<RecordPage<RunRecord>> =>
  runs.query({ index: indexFor(pipeline, status), equals: { pipeline, status }, order: "desc", ...page });

function indexFor(pipeline: string | undefined, status: string | undefined): string {
  if (pipeline === undefined) return status === undefined ? "byStart" : "byStatus";
  return status === undefined ? "byPipeline" : "byPipelineAndStatus";
}

/** Every run of a status, page by page. */
export async function* runsOfStatus(runs: Runs, status: RunStatus): AsyncGenerator<Versioned<RunRecord>> {
  let after: string | undefined;
  do {
    const page = await listRuns(runs, { status, limit: 100, after });
    yield* page.records;
    after = page.next;
  } while (after !== undefined);
}

export async function runNamed(runs: Runs, run: string): Promise<Versioned<RunRecord>> {
  const record = await runs.get(run);
  if (record !== undefined) return record;
  throw notFound({
    code: "RUN_UNKNOWN",
    where: run.slice(0, 100),
    message: "there is no run of that name.",
    remedy: "GET /runs or `millrace runs` lists the runs.",
  });
}

import { batchesOf, toWireMetric, type Batch } from "./batches.js";
import { toWireInput, type DatasetInput } from "./dataset-input.js";
import { findOrUndefined } from "./errors.js";
import { pages } from "./paging.js";
import { toRun, type Metric, type Run, type RunStatus, type WireMetric, type WireRun } from "./run.js";
import type { Transport } from "./transport.js";
import { toNumber, toPairs } from "./wire.js";

export interface NewRun {
  experimentId: string;
  runName?: string;
  startTime?: Date;
  tags?: Readonly<Record<string, string>>;
}

export interface RunUpdate {
  status?: RunStatus;
  endTime?: Date;
  runName?: string;
}

export interface RunSearch {
  experimentIds: readonly string[];
  /** MLflow's filter language; see `tagEquals`. */
  filter?: string;
  orderBy?: readonly string[];
  pageSize?: number;
  runs?: "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL";
}

export type Runs = ReturnType<typeof runsOf>;

export function runsOf(transport: Transport) {
  const post = <Answer>(call: string, json: unknown, repeatable: "yes" | "before-sending" = "yes") =>
    transport.json<Answer>({ method: "POST", path: at(call), json, repeatable });

  const done = async (call: string, json: unknown): Promise<void> => void (await post(call, json));

  const runs = {
    async create({ experimentId, runName, startTime = new Date(), tags }: NewRun): Promise<Run> {
      const json = {
        experiment_id: experimentId,
        run_name: runName,
        start_time: startTime.getTime(),
        tags: toPairs(tags),
      };
      return toRun((await post<{ run: WireRun }>("create", json, "before-sending")).run);
    },

    async get(runId: string): Promise<Run> {
      const call = { method: "GET", path: at("get"), query: { run_id: runId } } as const;
      return toRun((await transport.json<{ run: WireRun }>(call)).run);
    },

    find: (runId: string): Promise<Run | undefined> => findOrUndefined(() => runs.get(runId)),

    update: (runId: string, { status, endTime, runName }: RunUpdate) =>
      done("update", { run_id: runId, status, end_time: endTime?.getTime(), run_name: runName }),

    /** Ends a run, now unless told. */
    terminate: (runId: string, status: RunStatus = "FINISHED", endTime = new Date()): Promise<void> =>
      runs.update(runId, { status, endTime }),

    delete: (runId: string) => done("delete", { run_id: runId }),

    restore: (runId: string) => done("restore", { run_id: runId }),

    search({ experimentIds, filter, orderBy, pageSize = 1_000, runs: view = "ACTIVE_ONLY" }: RunSearch) {
      const search = {
        experiment_ids: experimentIds,
        filter,
        order_by: orderBy,
        max_results: pageSize,
        run_view_type: view,
      };
      return pages<Run>(async (page_token) => {
        const found = await post<{ runs?: WireRun[]; next_page_token?: string }>("search", { ...search, page_token });
        return { items: (found.runs ?? []).map(toRun), nextPageToken: found.next_page_token };
      });
    },

    /**
     * Logs any number of metrics, params and tags, in as few calls as MLflow's limits allow. Timestamps are fixed before
     * the first try, and MLflow keeps one of equal points, so a call that is repeated logs nothing twice.
     */
    async logBatch(runId: string, batch: Batch): Promise<void> {
      for (const part of batchesOf(batch, Date.now())) await post("log-batch", { run_id: runId, ...part });
    },

    /** One point; see `logBatch` for more than a few. */
    logMetric: (runId: string, metric: Metric) =>
      done("log-metric", { run_id: runId, ...toWireMetric(metric, Date.now()) }),

    logParam: (runId: string, key: string, value: string) => done("log-parameter", { run_id: runId, key, value }),

    setTag: (runId: string, key: string, value: string) => done("set-tag", { run_id: runId, key, value }),

    deleteTag: (runId: string, key: string) => done("delete-tag", { run_id: runId, key }),

    /** Says what a run read: data, and logged models. MLflow keeps one of equal ones. */
    logInputs: (runId: string, datasets: readonly DatasetInput[], models: readonly string[] = []) =>
      done("log-inputs", {
        run_id: runId,
        datasets: datasets.map(toWireInput),
        models: models.map((model_id) => ({ model_id })),
      }),

    /** Every point of a metric in the order in which it was logged; a run itself holds the last one only. */
    metricHistory(runId: string, key: string, pageSize = 1_000): AsyncGenerator<Required<Metric>, void> {
      return pages(async (page_token) => {
        const query = { run_id: runId, metric_key: key, max_results: pageSize, page_token };
        const call = { method: "GET", path: "/api/2.0/mlflow/metrics/get-history", query } as const;
        const found = await transport.json<{ metrics?: WireMetric[]; next_page_token?: string }>(call);
        return { items: (found.metrics ?? []).map(toMetric), nextPageToken: found.next_page_token };
      });
    },
  };
  return runs;
}

const at = (call: string): string => `/api/2.0/mlflow/runs/${call}`;

const toMetric = ({ key, value, timestamp, step = 0 }: WireMetric): Required<Metric> => ({
  key,
  value: toNumber(value),
  timestamp: new Date(toNumber(timestamp)),
  step: toNumber(step),
});

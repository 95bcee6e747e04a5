import { toDate, toNumber, toRecord, type KeyValue } from "./wire.js";

export type RunStatus = "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";

export interface Metric {
  key: string;
  value: number;
  step?: number;
  timestamp?: Date;
}

export interface Run {
  runId: string;
  runName: string;
  experimentId: string;
  status: RunStatus;
  startTime: Date | undefined;
  endTime: Date | undefined;
  /** Give it to `artifacts.upload`, `download` and `list`. */
  artifactUri: string;
  lifecycleStage: "active" | "deleted";
  /** The last value of each metric. */
  metrics: Record<string, number>;
  params: Record<string, string>;
  tags: Record<string, string>;
  datasets: { name: string; digest: string; context: string | undefined }[];
  /** The ids of the logged models that the run made. */
  modelOutputs: string[];
}

export interface WireMetric {
  key: string;
  value: number | string;
  timestamp: number | string;
  step?: number | string;
}

interface WireInput {
  dataset: { name: string; digest: string };
  tags?: KeyValue[];
}

export interface WireRun {
  info: {
    run_id: string;
    run_name?: string;
    experiment_id: string;
    status: RunStatus;
    start_time?: number | string;
    end_time?: number | string;
    artifact_uri: string;
    lifecycle_stage: "active" | "deleted";
  };
  data?: { metrics?: WireMetric[]; params?: KeyValue[]; tags?: KeyValue[] };
  inputs?: { dataset_inputs?: WireInput[] };
  outputs?: { model_outputs?: { model_id: string }[] };
}

export const toRun = ({ info, data = {}, inputs = {}, outputs = {} }: WireRun): Run => ({
  runId: info.run_id,
  runName: info.run_name ?? "",
  experimentId: info.experiment_id,
  status: info.status,
  startTime: toDate(info.start_time),
  endTime: toDate(info.end_time),
  artifactUri: info.artifact_uri,
  lifecycleStage: info.lifecycle_stage,
  metrics: Object.fromEntries((data.metrics ?? []).map(({ key, value }) => [key, toNumber(value)])),
  params: toRecord(data.params),
  tags: toRecord(data.tags),
  datasets: (inputs.dataset_inputs ?? []).map(toDataset),
  modelOutputs: (outputs.model_outputs ?? []).map(({ model_id }) => model_id),
});

const toDataset = ({ dataset: { name, digest }, tags }: WireInput) => ({
  name,
  digest,
  context: toRecord(tags)["mlflow.data.context"],
});

import type { DependencyHealth } from "@millrace/contracts";

export interface RunToOpen {
  /** Within its experiment the same key is the same run, however often it is opened. */
  key: string;
  experiment: string;
  name: string;
  tags?: Readonly<Record<string, string>>;
  params?: Readonly<Record<string, string>>;
  /** What data it reads, as MLflow shows it with the run. */
  datasets?: readonly LoggedDataset[];
}

export interface LoggedDataset {
  name: string;
  digest: string;
  /** A place: a path or an address. */
  source: string;
  /** training, validation, test, … */
  context?: string;
}

export interface LoggedMetric {
  key: string;
  value: number;
  step?: number;
}

export interface PackagedFile {
  path: string;
  bytes: Uint8Array;
}

export interface VersionToRegister {
  /** The same key of the same model is the same version, however often it is registered. */
  key: string;
  model: string;
  runId: string;
  experiment: string;
  /** The model's package, as the tracking server shall keep it. */
  files: readonly PackagedFile[];
  tags: Readonly<Record<string, string>>;
  description?: string;
}

/**
 * Where experiments and model versions are written down. Everything may be done again: a process may die between any two
 * calls, and the step that is repeated finds what it made before.
 */
export interface Tracking {
  readonly name: "local" | "mlflow";
  openRun(run: RunToOpen): Promise<{ runId: string }>;
  logMetrics(runId: string, metrics: readonly LoggedMetric[]): Promise<void>;
  logArtifact(runId: string, path: string, bytes: Uint8Array): Promise<void>;
  closeRun(runId: string, status: "FINISHED" | "FAILED"): Promise<void>;
  /** Answers the tracking server's own version. */
  registerVersion(version: VersionToRegister): Promise<{ version: string }>;
  tagVersion(model: string, version: string, tags: Readonly<Record<string, string>>): Promise<void>;
  setAlias(model: string, alias: string, version: string): Promise<void>;
  /** An alias that is not there is no error. */
  removeAlias(model: string, alias: string): Promise<void>;
  /** The version that the tracking server has under an alias now, whoever put it there: people move aliases in MLflow's pages. */
  getAlias(model: string, alias: string): Promise<string | undefined>;
  health(): Promise<DependencyHealth>;
  close(): Promise<void>;
}

/** The tag by which runs and versions are found again. */
export const KEY_TAG = "millrace.key";

import type {
  AcceptedRun,
  ArtifactRef,
  AuditRecord,
  DeploymentRecord,
  Lineage,
  ModelVersionRecord,
  PredictionsPage,
  PredictResponse,
  Problem,
  Rollout,
  RunRecord,
  RunStatus,
  RunStep,
  SourceSpec,
  TriggerSpec,
} from "@millrace/contracts";
import type { Environment } from "@millrace/service";
import { CommandProblem, exitCodes } from "./exit-code.js";

export type RunLine = Omit<RunRecord, "steps" | "events">;
export type StepView = RunStep & { seconds?: number; reusedFrom?: string; artifacts: ArtifactRef[] };
export type RunView = Omit<RunRecord, "steps"> & { steps: StepView[] };
export type ModelLine = Pick<DeploymentRecord, "model" | "generation" | "run" | "reason" | "updatedAt"> & {
  version: number;
  previous?: number;
  rollout?: Pick<Rollout, "version" | "percent" | "shadow" | "step" | "steps" | "since">;
};
/** Without a version that serves where the first one waits for an approval. */
export type ModelView = Partial<ModelLine> & { model: string; versions: ModelVersionRecord[] };

export interface Collected {
  artifacts: number;
  bytes: number;
  kept: { artifacts: number; bytes: number; versions: number };
  versions: string[];
  records: Record<string, number>;
}

export interface Decision {
  done: boolean;
  run: string;
  by: string;
}

export interface Rollback {
  done: boolean;
  model: string;
  run: string;
  from: number;
  to: number;
}

export interface Import {
  done: boolean;
  model: string;
  run: string;
  version?: number;
  promoted: boolean;
  verdict?: string;
  status?: RunStatus;
}

export interface DeadLetterLine {
  id: string;
  queue: string;
  event?: { type: string; run?: string };
  body?: string;
  problem: Problem;
  attempts: number;
  deadAt: string;
}

export interface PipelineLine {
  name: string;
  source: SourceSpec;
  triggers: TriggerSpec[];
}

export interface Api {
  readonly gatewayUrl: string;
  readonly inferenceUrl: string;
  pipelines(): Promise<{ pipelines: PipelineLine[]; problems: Problem[] }>;
  arrive(arrival: { pipeline: string; source?: string; reason: string }, again: boolean): Promise<AcceptedRun>;
  runs(query: Record<string, string | undefined>): Promise<{ runs: RunLine[]; next?: string }>;
  run(id: string): Promise<RunView>;
  resume(id: string, from: string | undefined): Promise<{ run: string; step?: string }>;
  runEvents(id: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  artifact(digest: string): Promise<AsyncIterable<Uint8Array>>;
  models(): Promise<{ models: ModelLine[] }>;
  model(name: string): Promise<ModelView>;
  rollBack(model: string, wish: { version?: number; reason?: string }): Promise<Rollback>;
  importModel(model: string, bytes: Uint8Array, query: Record<string, string | undefined>): Promise<Import>;
  decide(model: string, version: number, word: "approve" | "reject", reason?: string): Promise<Decision>;
  collectGarbage(dryRun: boolean): Promise<Collected>;
  lineage(asked: string): Promise<Lineage>;
  history(model: string, limit: number): Promise<{ history: AuditRecord[] }>;
  predict(model: string, features: unknown): Promise<PredictResponse>;
  predictions(model: string, query: Record<string, string | undefined>): Promise<PredictionsPage>;
  deadLetters(query: Record<string, string | undefined>): Promise<{ deadLetters: DeadLetterLine[] }>;
  deadLetter(id: string): Promise<DeadLetterLine>;
  replay(id: string): Promise<unknown>;
  drop(id: string): Promise<unknown>;
}

const DEFAULT_GATEWAY = "http://127.0.0.1:8080";
const DEFAULT_INFERENCE = "http://127.0.0.1:8000";

/** The platform's HTTP APIs, as far as the command line needs them. */
export function openApi(environment: Environment): Api {
  const gatewayUrl = (environment.MILLRACE_URL || DEFAULT_GATEWAY).replace(/\/$/, "");
  const inferenceUrl = (environment.MILLRACE_INFERENCE_URL || DEFAULT_INFERENCE).replace(/\/$/, "");
  const key = environment.MILLRACE_API_KEY;
  const headers: Record<string, string> = key ? { "x-api-key": key } : {};

  async function ask(url: string, method = "GET", body?: unknown, signal?: AbortSignal): Promise<Response> {
    const raw = body instanceof Uint8Array;
    const sent = body === undefined ? {} : { body: raw ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) };
    const kind = raw ? "application/octet-stream" : "application/json";
    const type: Record<string, string> = body === undefined ? {} : { "content-type": kind };
    const response = await fetch(url, { method, headers: { ...headers, ...type }, signal, ...sent }).catch(
      (error: unknown) => {
        throw signal?.aborted ? error : unreachable(url, error);
      },
    );
    if (!response.ok) throw await refusal(response, url);
    return response;
  }
  // What comes back is typed by the gateway's contract; a wrong version of it shows as a missing field.
  const get = async <T>(path: string) => (await ask(gatewayUrl + path)).json() as Promise<T>;
  const send = async <T>(method: string, path: string, body?: unknown) =>
    (await ask(gatewayUrl + path, method, body)).json() as Promise<T>;

  return {
    ...{ gatewayUrl, inferenceUrl },
    pipelines: () => get("/pipelines"),
    arrive: ({ pipeline, ...rest }, again) =>
      again ? send("POST", `/pipelines/${part(pipeline)}/runs`, rest) : send("POST", "/events", { pipeline, ...rest }),
    runs: (query) => get(`/runs${search(query)}`),
    run: (id) => get(`/runs/${part(id)}`),
    resume: (id, from) => send("POST", `/runs/${part(id)}/resume`, { from }),
    runEvents: async (id, signal) =>
      (await ask(`${gatewayUrl}/runs/${part(id)}/events`, "GET", undefined, signal))
        .body as unknown as AsyncIterable<Uint8Array>,
    artifact: async (digest) =>
      (await ask(`${gatewayUrl}/artifacts/${part(digest)}`)).body as unknown as AsyncIterable<Uint8Array>,
    models: () => get("/models"),
    model: (name) => get(`/models/${part(name)}`),
    rollBack: (model, wish) => send("POST", `/models/${part(model)}/rollback`, wish),
    importModel: (model, bytes, query) => send("POST", `/models/${part(model)}/versions${search(query)}`, bytes),
    decide: (model, version, word, reason) =>
      send("POST", `/models/${part(model)}/versions/${version}/${word}`, { reason }),
    collectGarbage: (dryRun) => send("POST", "/gc", { dry_run: dryRun }),
    lineage: (asked) => get(`/lineage/${part(asked)}`),
    history: (model, limit) => get(`/models/${part(model)}/history?limit=${limit}`),
    predict: async (model, features) =>
      (
        await ask(`${inferenceUrl}/models/${part(model)}/predict`, "POST", { features })
      ).json() as Promise<PredictResponse>,
    predictions: async (model, query) =>
      (
        await ask(`${inferenceUrl}/models/${part(model)}/predictions${search(query)}`)
      ).json() as Promise<PredictionsPage>,
    deadLetters: (query) => get(`/dead-letters${search(query)}`),
    deadLetter: (id) => get(`/dead-letters/${part(id)}`),
    replay: (id) => send("POST", `/dead-letters/${part(id)}/replay`),
    drop: (id) => send("DELETE", `/dead-letters/${part(id)}`),
  };
}

const part = encodeURIComponent;

function search(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

const unreachable = (url: string, error: unknown): CommandProblem =>
  new CommandProblem(exitCodes.unreachable, {
    code: "PLATFORM_UNREACHABLE",
    where: new URL(url).origin,
    message: `nothing answers (${causeOf(error)}).`,
    remedy: "Start it with `millrace up`, or name it with MILLRACE_URL and MILLRACE_INFERENCE_URL.",
  });

const causeOf = (error: unknown): string => {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
};

/** What the service said of the mistake, in its own words. */
async function refusal(response: Response, url: string): Promise<CommandProblem> {
  const body = (await response.json().catch(() => undefined)) as Record<string, string> | undefined;
  if (body?.code === undefined) {
    return new CommandProblem(exitCodes.error, {
      code: "ANSWER_UNKNOWN",
      where: url,
      message: `it answered ${response.status}, and not in Millrace's way.`,
      remedy: "See whether MILLRACE_URL names a gateway of Millrace; `millrace doctor` looks.",
    });
  }
  const { code, detail = "the call was refused.", where, remedy } = body;
  return new CommandProblem(exitCodes.error, { code, message: detail, where, remedy });
}

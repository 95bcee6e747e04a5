import {
  envelope,
  modelDeployed,
  problemOf,
  sentenceOf,
  type DeploymentRecord,
  type Problem,
} from "@millrace/contracts";
import { openModel, type LoadedModel } from "@millrace/learning";
import { deploymentCollection, errorFields, Gauge, Histogram, type Platform } from "@millrace/service";

export interface ServedModel {
  name: string;
  version: number;
  generation: number;
  loadedAt: string;
  model: LoadedModel;
}

export interface Serving {
  models(): ReadonlyMap<string, ServedModel>;
  /** Models whose deployed package could not be loaded, and why; what served before goes on. */
  problems(): ReadonlyMap<string, Problem>;
  /** Brings what is served to what the deployment records say. */
  refresh(): Promise<void>;
}

export function openServing(platform: Platform): Serving {
  const served = new Map<string, ServedModel>();
  const failed = new Map<string, Problem>();
  const observe = observeModels(platform);
  const deployments = platform.records.records(deploymentCollection);

  async function refresh(): Promise<void> {
    for (let after: string | undefined, more = true; more;) {
      const page = await deployments.query({ after });
      for (const { value } of page.records) if (isNews(value)) await swap(value);
      more = page.next !== undefined;
      after = page.next;
    }
  }

  const isNews = ({ model, generation }: DeploymentRecord) => (served.get(model)?.generation ?? 0) < generation;

  async function swap(deployment: DeploymentRecord): Promise<void> {
    const began = performance.now();
    try {
      const model = await load(platform, deployment);
      if (!isNews(deployment)) return;
      served.set(deployment.model, servedOf(deployment, model, platform.clock()));
      failed.delete(deployment.model);
    } catch (error) {
      return tellFailed(deployment, error);
    }
    const seconds = (performance.now() - began) / 1000;
    const { model, champion, generation, run } = deployment;
    observe(model, champion.version, seconds);
    platform.log.info("a model serves", { model, version: champion.version, generation, seconds, run });
    tellDeployed(platform, deployment, seconds);
  }

  /** It is tried again at every look; the same failure is logged once. */
  function tellFailed({ model, champion }: DeploymentRecord, error: unknown): void {
    const problem = problemOf(error);
    const known = failed.get(model);
    failed.set(model, problem);
    if (known !== undefined && sentenceOf(known) === sentenceOf(problem)) return;
    const fields = { model, version: champion.version, ...errorFields(error) };
    platform.log.error("a deployed model can't be loaded; what served before goes on", fields);
  }

  return { models: () => served, problems: () => failed, refresh: oneAtATime(refresh) };
}

/** Loads a version beside the one that serves and asks it once; only then does it take over, between two requests. */
async function load(platform: Platform, { champion }: DeploymentRecord): Promise<LoadedModel> {
  const model = openModel(await platform.artifacts.get(champion.package));
  model.predictRow(Object.fromEntries(model.features.map(({ name, example }) => [name, example])));
  return model;
}

const servedOf = ({ model: name, champion, generation }: DeploymentRecord, model: LoadedModel, now: Date) => ({
  ...{ name, version: champion.version, generation, model },
  loadedAt: now.toISOString(),
});

function tellDeployed(
  platform: Platform,
  { model, champion, generation, run }: DeploymentRecord,
  loadSeconds: number,
): void {
  const emission = modelDeployed({
    ...{ pipeline: model, model, version: champion.version, generation },
    ...{ replica: platform.instance, loadSeconds },
  });
  const from = { service: "inference", step: "deploy", run, pipeline: model, time: platform.clock() };
  void platform.bus
    .publish(envelope(modelDeployed, emission, from))
    .catch((error: unknown) => platform.log.warn("model.deployed could not be told", errorFields(error)));
}

function observeModels({ metrics }: Platform): (model: string, version: number, seconds: number) => void {
  const registers = [metrics.registry];
  const help = "The version of a model that serves";
  const version = new Gauge({ name: "millrace_model_version", help, labelNames: ["model"], registers });
  const swaps = new Histogram({
    name: "millrace_model_swap_seconds",
    help: "From reading a deployment record to serving its version",
    labelNames: ["model"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  return (model, served, seconds) => {
    version.set({ model }, served);
    swaps.observe({ model }, seconds);
  };
}

/** Calls that come while one is under way are answered by one more after it: it sees what they came for. */
function oneAtATime(action: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = () => {
    next = undefined;
    current = action().finally(() => {
      if (next === undefined) current = undefined;
    });
    return current;
  };
  return () => {
    if (current === undefined) return begin();
    return (next ??= current.catch(() => undefined).then(begin));
  };
}

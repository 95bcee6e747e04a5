import { envelope, modelDeployed, problemOf, type DeploymentRecord, type Problem } from "@millrace/contracts";
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

  /** Loads the new version beside the old one and asks it once; only then does it take over, between two requests. */
  async function swap(deployment: DeploymentRecord): Promise<void> {
    const { model: name, champion, generation } = deployment;
    const began = performance.now();
    try {
      const model = openModel(await platform.artifacts.get(champion.package));
      model.predictRow(Object.fromEntries(model.features.map((feature) => [feature.name, feature.example ?? null])));
      const loadedAt = platform.clock().toISOString();
      served.set(name, { name, version: champion.version, generation, loadedAt, model });
      failed.delete(name);
    } catch (error) {
      failed.set(name, problemOf(error));
      platform.log.error("a deployed model can't be loaded; what served before goes on", {
        ...{ model: name, version: champion.version, ...errorFields(error) },
      });
      return;
    }
    const seconds = (performance.now() - began) / 1000;
    observe(name, champion.version, seconds);
    platform.log.info("a model serves", {
      model: name,
      version: champion.version,
      generation,
      seconds,
      run: deployment.run,
    });
    tellDeployed(platform, deployment, seconds);
  }

  return { models: () => served, problems: () => failed, refresh: oneAtATime(refresh) };
}

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
    current = action().finally(() => (current = undefined));
    return current;
  };
  return () => {
    if (current === undefined) return begin();
    return (next ??= current.catch(() => undefined).then(begin));
  };
}

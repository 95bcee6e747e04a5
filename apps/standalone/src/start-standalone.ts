import { evaluator } from "@millrace/evaluator";
import { gateway } from "@millrace/gateway";
import { inference } from "@millrace/inference";
import { ingestion } from "@millrace/ingestion";
import { registry } from "@millrace/registry";
import { findPipeline, platformSettings, readSettings, runServices, type Environment } from "@millrace/service";
import { trainer } from "@millrace/trainer";
import { transformation } from "@millrace/transformation";
import { validation } from "@millrace/validation";
import { runExample } from "./run-example.js";

export interface StandaloneOptions {
  environment?: Environment;
  /** Run a pipeline from data arrival to a served prediction: this one, else iris. */
  example?: boolean;
  pipeline?: string;
  say?: (line: string) => void;
}

export interface Standalone {
  urls: { gateway: string; inference: string };
  stop(): Promise<void>;
}

/** All services in one process, in the order of the flow; inference first, so that it hears of the first promotion. */
const services = [inference, ingestion, validation, transformation, trainer, evaluator, registry, gateway];

export async function startStandalone(options: StandaloneOptions = {}): Promise<Standalone> {
  const { environment = process.env, example = true, pipeline = "iris", say = console.log } = options;
  const began = performance.now();
  const port = options.pipeline && (await portOf(options.pipeline, environment));
  const own = { MILLRACE_DEFAULT_MODEL: pipeline, ...(port && { INFERENCE_PORT: port }) };
  const running = await runServices("standalone", services, { environment: { ...own, ...environment } });
  const urls = { gateway: running.urls.gateway!, inference: running.urls.inference! };
  say(`Millrace is up after ${((performance.now() - began) / 1000).toFixed(2)} s.`);
  if (example) await runExample(urls, { pipeline, say, apiKey: environment.MILLRACE_API_KEY });
  say(overview(urls));
  return { urls, stop: running.stop };
}

/** Where the pipeline asks to be served when it is run by name. */
async function portOf(pipeline: string, environment: Environment): Promise<string | undefined> {
  const { MILLRACE_PIPELINES_DIR } = readSettings(platformSettings, environment);
  const { spec } = await findPipeline(MILLRACE_PIPELINES_DIR, pipeline);
  return spec.serve.port?.toString();
}

const overview = ({ gateway, inference }: Standalone["urls"]): string =>
  [
    "",
    `  predictions   POST ${inference}/predict`,
    `  control API   ${gateway}/runs`,
    `  health        ${gateway}/ready   ${inference}/ready`,
    `  metrics       ${gateway}/metrics`,
    "",
    "Try:  npx millrace arrive churn      then      npx millrace models      (or npm start -- --pipeline churn)",
    "Stop with Ctrl-C.",
  ].join("\n");

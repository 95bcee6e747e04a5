import { evaluator } from "@millrace/evaluator";
import { gateway } from "@millrace/gateway";
import { inference } from "@millrace/inference";
import { ingestion } from "@millrace/ingestion";
import { registry } from "@millrace/registry";
import { runServices, type Environment } from "@millrace/service";
import { trainer } from "@millrace/trainer";
import { transformation } from "@millrace/transformation";
import { validation } from "@millrace/validation";
import { runExample } from "./run-example.js";

export interface StandaloneOptions {
  environment?: Environment;
  /** Run the iris example when no model of it serves yet. */
  example?: boolean;
  say?: (line: string) => void;
}

export interface Standalone {
  urls: { gateway: string; inference: string };
  stop(): Promise<void>;
}

/** All services in one process, in the order of the flow; inference first, so that it hears of the first promotion. */
const services = [inference, ingestion, validation, transformation, trainer, evaluator, registry, gateway];

export async function startStandalone(options: StandaloneOptions = {}): Promise<Standalone> {
  const { environment = process.env, example = true, say = console.log } = options;
  const began = performance.now();
  const withDefault = { MILLRACE_DEFAULT_MODEL: "iris", ...environment };
  const running = await runServices("standalone", services, { environment: withDefault });
  const urls = { gateway: running.urls.gateway!, inference: running.urls.inference! };
  say(`Millrace is up after ${((performance.now() - began) / 1000).toFixed(2)} s.`);
  if (example) await runExample(urls, { say, apiKey: environment.MILLRACE_API_KEY });
  say(overview(urls));
  return { urls, stop: running.stop };
}

const overview = ({ gateway, inference }: Standalone["urls"]): string =>
  [
    "",
    `  predictions   POST ${inference}/predict`,
    `  control API   ${gateway}/runs`,
    `  health        ${gateway}/ready   ${inference}/ready`,
    `  metrics       ${gateway}/metrics`,
    "",
    "Try:  npx millrace arrive churn      then      npx millrace models",
    "Stop with Ctrl-C.",
  ].join("\n");

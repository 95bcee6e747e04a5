import { resolve } from "node:path";
import { listPipelines, readPort, type PlatformSettings } from "@millrace/service";
import type { CommandContext } from "./command.js";
import type { Finding } from "./doctor-finding.js";

const OLDEST_NODE = [20, 11] as const;

export async function checkNode(): Promise<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldest, oldestMinor] = OLDEST_NODE;
  if (major > oldest || (major === oldest && minor >= oldestMinor)) return { state: "ok", detail: process.version };
  return {
    ...{ state: "wrong", detail: `${process.version} is too old` },
    remedy: `Install Node ${oldest}.${oldestMinor} or newer.`,
  };
}

export async function checkPipelines({ MILLRACE_PIPELINES_DIR: dir }: PlatformSettings): Promise<Finding> {
  const { pipelines, problems } = await listPipelines(dir);
  const remedy = "docs/reference/pipeline.md lists what each setting may be.";
  if (problems.length > 0) return { state: "wrong", detail: problems.map(({ message }) => message).join(" "), remedy };
  if (pipelines.length === 0) {
    return {
      ...{ state: "wrong", detail: `no pipelines in ${resolve(dir)}` },
      remedy: "Start it where the pipelines folder is, or name that with MILLRACE_PIPELINES_DIR.",
    };
  }
  return { state: "ok", detail: `${pipelines.map(({ spec }) => spec.name).join(", ")} in ${dir}` };
}

export const checkGateway = (_settings: PlatformSettings, { api, io }: CommandContext): Promise<Finding> =>
  checkService(
    "gateway",
    api.gatewayUrl,
    io.environment.MILLRACE_URL !== undefined,
    readPort("gateway", io.environment),
  );

export const checkInference = (_settings: PlatformSettings, { api, io }: CommandContext): Promise<Finding> => {
  const named = io.environment.MILLRACE_INFERENCE_URL !== undefined;
  return checkService("inference", api.inferenceUrl, named, readPort("inference", io.environment));
};

interface Ready {
  ready?: boolean;
  service?: string;
  waitingFor?: string;
  dependencies?: { name: string; up: boolean; detail?: string }[];
}

/** A service that is not started is no mistake, unless its address was given; something else on its port is one. */
async function checkService(service: string, url: string, named: boolean, port: number): Promise<Finding> {
  const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  if (answer === undefined) return notThere(service, url, named);
  const ready = (await answer.json().catch(() => ({}))) as Ready;
  if (ready.service !== service) return somethingElse(service, url, port);
  if (ready.ready) return { state: "ok", detail: `ready at ${url}` };
  const down = (ready.dependencies ?? [])
    .filter(({ up }) => !up)
    .map(({ name, detail }) => `${name} is down${detail ? ` (${detail})` : ""}`);
  const missing = [...down, ...(ready.waitingFor ? [`waiting for ${ready.waitingFor}`] : [])].join("; ");
  return { state: down.length > 0 ? "wrong" : "off", detail: `at ${url}, but not ready: ${missing}` };
}

const notThere = (service: string, url: string, named: boolean): Finding => ({
  ...{ state: named ? "wrong" : "off", detail: `nothing answers at ${url}` },
  remedy: named ? `Start the ${service}, or correct its address.` : "`millrace up` starts it.",
});

const somethingElse = (service: string, url: string, port: number): Finding => ({
  ...{ state: "wrong", detail: `something that is not Millrace's ${service} answers at ${url}` },
  remedy: `End it, or set ${service.toUpperCase()}_PORT (now ${port}) and the address that goes with it.`,
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseOnnxSchema, type DeployedVersion, type DeploymentRecord, type Rollout } from "@millrace/contracts";
import { packOnnx } from "@millrace/runtimes";
import { deploymentCollection, runServices, versionCollection, versionKey } from "@millrace/service";
import { temporaryFolder } from "@millrace/testing";
import { openServing } from "./serving.js";

export type ServingBench = Awaited<ReturnType<typeof openServingBench>>;

/** What serves without the HTTP around it, on embedded stores of its own. */
export async function openServingBench(environment: Record<string, string> = {}) {
  const folder = await temporaryFolder("serving");
  const running = await runServices("test", [], {
    environment: { MILLRACE_DATA_DIR: folder.path, LOG_LEVEL: "error", ...environment },
  });
  // What is refused on purpose is not to fill the tests' output.
  const { platform } = running;
  const quiet = { ...platform, log: { ...platform.log, error: () => undefined, warn: () => undefined } };
  const serving = openServing(quiet);
  const deployments = platform.records.records(deploymentCollection);

  async function put(
    version: number,
    bytes: Uint8Array,
    more: Partial<DeployedVersion> = {},
  ): Promise<DeployedVersion> {
    const packed = await platform.artifacts.put(bytes, {
      mediaType: "application/vnd.millrace",
      name: "model.millrace",
    });
    return { version, package: packed, ...more };
  }

  /** Writes the next generation of the record, as the registry would, and lets it be looked at. */
  async function deploy(
    champion: DeployedVersion,
    { model = "sides", ...more }: Partial<DeploymentRecord> = {},
  ): Promise<DeploymentRecord> {
    const made = await deployments.update(model, (current) => ({
      ...{ model, generation: (current?.generation ?? 0) + 1, champion, alias: "champion", run: "run-1" },
      ...{ reason: "", updatedAt: "", previous: current?.champion, ...more },
    }));
    await serving.refresh();
    return made!.value;
  }

  async function register(version: DeployedVersion, status: "approved" | "rejected" = "approved", model = "sides") {
    await platform.records.records(versionCollection).update(versionKey(model, version.version), () => ({
      ...{ model, run: `run-${version.version}`, status, packageDigest: version.package.digest, family: "x" },
      ...{ metrics: {}, reason: "why", report: version.package, createdAt: "", ...version },
    }));
  }

  async function stop() {
    await serving.stop();
    await running.stop();
    await folder.remove();
  }
  return { platform, serving, put, deploy, register, stop };
}

/** A model that scikit-learn made, of other features than the tests' own. */
export function irisPackage(): Uint8Array {
  const fixture = (name: string) => readFileSync(join(__dirname, "../../../libs/runtimes/fixtures", name));
  const text = fixture("iris.schema.yaml").toString();
  return packOnnx({ schema: parseOnnxSchema({ file: "iris.schema.yaml", text }), onnx: fixture("iris.onnx") });
}

export const rolloutOf = (version: DeployedVersion, percent: number, shadow = false): Rollout => ({
  ...{ ...version, percent, shadow, steps: [percent], step: 0, stepSeconds: 60, since: "2026-01-01T00:00:00.000Z" },
});

import { execFile } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "./platform-process.js";
import { temporaryFolder } from "./temporary-folder.js";

const execute = promisify(execFile);

export interface OwnServer {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and takes its data away. */
  remove(): Promise<void>;
}

/** A server of the test's own, on free ports and with its own data, by the project's scripts: so that a test may take it down. */
export async function ownServer(name: "rabbitmq" | "mongodb" | "s3" | "mlflow"): Promise<OwnServer> {
  const folder = await temporaryFolder(name);
  const [port, management] = [await freePort(), await freePort()];
  const environment = {
    ...process.env,
    MILLRACE_SERVICES_DIR: folder.path,
    [`MILLRACE_${name.toUpperCase()}_PORT`]: String(port),
    [`MILLRACE_${name.toUpperCase()}_MANAGEMENT_PORT`]: String(management),
  };
  const script = join(repositoryRoot, `scripts/services/${name}.sh`);
  const call = async (verb: string) => void (await execute("bash", [script, verb], { env: environment }));
  const remove = async () => {
    await call("stop");
    await folder.remove();
  };
  return { port, start: () => call("start"), stop: () => call("stop"), remove };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

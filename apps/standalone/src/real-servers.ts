import { randomUUID } from "node:crypto";

/** A virtual host, a database and buckets that nothing was in before, on the servers that `npm run services:up` started. */
export async function freshPlaceOnServers(): Promise<Record<string, string>> {
  const name = `flow-${randomUUID().slice(0, 8)}`;
  const { RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL, MONGODB_URI, S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID } = required;
  await createVirtualHost(RABBITMQ_MANAGEMENT_URL, name);
  return {
    RABBITMQ_URL: withPath(RABBITMQ_URL, name),
    MONGODB_URI: withPath(MONGODB_URI, name),
    ...{ S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: required.S3_SECRET_ACCESS_KEY },
    ...{ ARTIFACT_BUCKET: `${name}-artifacts`, MODEL_BUCKET_NAME: `${name}-models` },
    MLFLOW_TRACKING_URI: required.MLFLOW_TRACKING_URI,
  };
}

const required = new Proxy({} as Record<Setting, string>, {
  get(_target, name: string) {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set: start the servers with \`npm run services:up\``);
    return value;
  },
});

type Setting =
  | "RABBITMQ_URL"
  | "RABBITMQ_MANAGEMENT_URL"
  | "MONGODB_URI"
  | "S3_ENDPOINT"
  | "S3_REGION"
  | "S3_ACCESS_KEY_ID"
  | "S3_SECRET_ACCESS_KEY"
  | "MLFLOW_TRACKING_URI";

function withPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.pathname = `/${path}`;
  return changed.toString();
}

async function createVirtualHost(management: string, name: string): Promise<void> {
  const url = new URL(`/api/vhosts/${name}`, management);
  const [user, password] = [url.username || "guest", url.password || "guest"];
  url.username = url.password = "";
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const response = await fetch(url, { method: "PUT", headers: { authorization, "content-type": "application/json" } });
  if (!response.ok) throw new Error(`the virtual host ${name} was not made: ${response.status}`);
}

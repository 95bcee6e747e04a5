import { randomUUID } from "node:crypto";

/** A virtual host, a database and a bucket that nothing was in before, on the servers that `npm run services:up` started. */
export async function freshPlaceOnServers(): Promise<Record<string, string>> {
  const name = `training-${randomUUID().slice(0, 8)}`;
  await createVirtualHost(required("RABBITMQ_MANAGEMENT_URL"), name);
  const s3 = ["S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];
  return {
    RABBITMQ_URL: withPath(required("RABBITMQ_URL"), name),
    MONGODB_URI: withPath(required("MONGODB_URI"), name),
    ...Object.fromEntries(s3.map((setting) => [setting, required(setting)])),
    ARTIFACT_BUCKET: `${name}-artifacts`,
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start the servers with \`npm run services:up\``);
  return value;
}

const withPath = (url: string, path: string): string =>
  Object.assign(new URL(url), { pathname: `/${path}` }).toString();

async function createVirtualHost(management: string, name: string): Promise<void> {
  const url = new URL(`/api/vhosts/${name}`, management);
  const [user, password] = [url.username || "guest", url.password || "guest"];
  url.username = url.password = "";
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const response = await fetch(url, { method: "PUT", headers: { authorization, "content-type": "application/json" } });
  if (!response.ok) throw new Error(`the virtual host ${name} was not made: ${response.status}`);
}

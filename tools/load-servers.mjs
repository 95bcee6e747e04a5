// Where the real servers are that `npm run services:up` started; ends with a sentence where there are none.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

export function loadServers() {
  const file = join(process.env.MILLRACE_SERVICES_DIR ?? join(root, ".services"), "env");
  if (existsSync(file)) process.loadEnvFile(file);
  if (process.env.RABBITMQ_URL !== undefined) return;
  console.error(`${file} names no RabbitMQ: start the servers with \`npm run services:up\` first.`);
  process.exit(1);
}

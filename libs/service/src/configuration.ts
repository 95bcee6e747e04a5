import * as z from "zod";
import { ProblemError } from "@millrace/contracts";
import { accessShape, isGuarded, serverShape } from "./access/settings.js";

export type Environment = Readonly<Record<string, string | undefined>>;

const port = (fallback: number) => z.coerce.number().int().min(0).max(65535).default(fallback);
const url = (protocols: RegExp) => z.url({ protocol: protocols }).optional();
const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

/** What every service can be told; unset means the embedded driver. docs/reference/configuration.md is made from it. */
export const platformSettings = z.object({
  HOST: z
    .string()
    .default("127.0.0.1")
    .describe(
      "The address to listen on; another than loopback needs a key or tokens: MILLRACE_API_KEY, MILLRACE_KEYS_FILE or JWT_JWKS",
    ),
  LOG_LEVEL: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .describe("The least severe lines that are logged"),
  MILLRACE_DATA_DIR: z.string().default(".millrace").describe("Where the embedded stores keep their data"),
  MILLRACE_PIPELINES_DIR: z
    .string()
    .default("pipelines")
    .describe("A folder with one folder a pipeline, each with a pipeline.yaml"),
  ...accessShape,
  ...serverShape,
  RABBITMQ_URL: url(/^amqps?$/).describe("The broker; unset: embedded, in this process"),
  MONGODB_URI: url(/^mongodb(\+srv)?$/).describe("The record store; unset: embedded, in MILLRACE_DATA_DIR"),
  S3_ENDPOINT: url(/^https?$/).describe("An S3 server other than AWS"),
  S3_REGION: z.string().default("us-east-1").describe("The region of the buckets"),
  S3_ACCESS_KEY_ID: z.string().optional().describe("Unset: the SDK's own chain of credentials"),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe("The secret of S3_ACCESS_KEY_ID"),
  ARTIFACT_BUCKET: z
    .string()
    .optional()
    .describe("The bucket of the artifact store; unset: files in MILLRACE_DATA_DIR"),
  MODEL_BUCKET_NAME: z.string().default("models").describe("The bucket that promoted models are exported to"),
  MODEL_PUSHER_S3_KEY: z.string().default("model-registry").describe("The key prefix of exported models"),
  MLFLOW_TRACKING_URI: url(/^https?$/).describe("Experiment tracking; unset: files in MILLRACE_DATA_DIR"),
  MLFLOW_TRACKING_USERNAME: z.string().optional().describe("Who asks MLflow, with MLFLOW_TRACKING_PASSWORD"),
  MLFLOW_TRACKING_PASSWORD: z.string().optional().describe("The password of MLFLOW_TRACKING_USERNAME"),
  MLFLOW_TRACKING_TOKEN: z.string().optional().describe("A token for MLflow, in place of a name and a password"),
  MLFLOW_TRACKING_SERVER_CERT_PATH: z
    .string()
    .optional()
    .describe("A PEM file with the certificate to trust of an MLflow server"),
  MLFLOW_REQUIRED: z
    .enum(["true", "false"])
    .default("true")
    .describe("false: while MLflow is away runs go on, and what it is to get waits in files in MILLRACE_DATA_DIR"),
  MESSAGE_PREFETCH: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .describe("How many messages a service takes at a time"),
  LEASE_SECONDS: seconds(30).describe("How long a claim on long work lasts without being renewed"),
  DRAIN_SECONDS: seconds(20).describe("How long work in hand may take after SIGTERM"),
  MILLRACE_KILL_AT: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe("For tests: end the process at the n-th write or publish"),
});

export type PlatformSettings = z.infer<typeof platformSettings>;

export const portOf = {
  inference: 8000,
  gateway: 8080,
  ingestion: 8081,
  validation: 8082,
  transformation: 8083,
  trainer: 8084,
  evaluator: 8085,
  registry: 8086,
} as const;

export const portSetting = (service: string) => `${service.toUpperCase().replaceAll("-", "_")}_PORT`;

/** Reads settings from the environment. An empty variable counts as unset; all mistakes are told at once. */
export function readSettings<Schema extends z.ZodObject>(schema: Schema, environment: Environment): z.infer<Schema> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new ProblemError({
    code: "CONFIGURATION_INVALID",
    message: `${mistakes.length} setting(s) of the environment are wrong: ${mistakes.join("; ")}.`,
    remedy: "docs/reference/configuration.md lists what each may be.",
  });
}

export function readPort(service: string, environment: Environment): number {
  const name = portSetting(service);
  const fallback = portOf[service as keyof typeof portOf] ?? 0;
  return (readSettings(z.object({ [name]: port(fallback) }), environment) as Record<string, number>)[name]!;
}

const loopback = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** Without a key, whoever reaches the port may do everything: so it is loopback only. */
export function refuseOpenAddress(settings: PlatformSettings): void {
  if (isGuarded(settings) || loopback.has(settings.HOST)) return;
  throw new ProblemError({
    code: "ADDRESS_NEEDS_KEY",
    where: `HOST=${settings.HOST}`,
    message: "without a key the services listen on loopback only.",
    remedy: "Set MILLRACE_API_KEY (16 characters or more), MILLRACE_KEYS_FILE or JWT_JWKS, or HOST=127.0.0.1.",
  });
}

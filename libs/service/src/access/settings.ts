import * as z from "zod";

const count = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);
const text = () => z.string().min(1).optional();

/** Who may call. */
export const accessShape = {
  MILLRACE_API_KEY: z
    .string()
    .min(16)
    .optional()
    .describe(
      "When set, every call but health and metrics has to bring it, or a key of MILLRACE_KEYS_FILE, or a token",
    ),
  MILLRACE_KEYS_FILE: text().describe(
    "A file of keys with scopes, made by `millrace keys create`; read again when it changes",
  ),
  MILLRACE_RATE_LIMIT: z.coerce
    .number()
    .positive()
    .optional()
    .describe("Calls a second that each key or token may make, where the key says nothing else; unset: any number"),
  JWT_JWKS: text().describe("Tokens are taken too: where the keys of their issuer are, a URL or a file"),
  JWT_ISSUER: text().describe("The `iss` that a token must have"),
  JWT_AUDIENCE: text().describe("The `aud` that a token must have"),
  JWT_SCOPE_CLAIM: z
    .string()
    .default("scope")
    .describe("The claim that holds a token's scopes, a text or a list; dots lead into objects: `realm_access.roles`"),
  JWT_SCOPE_MAP: text().describe(
    "Which value of that claim stands for which scope: `shop=predict,ops=admin`; unset: `read`, `predict`, `admin`, each also with `millrace:` before it",
  ),
  JWT_CLOCK_SKEW_SECONDS: count(30).describe("By how much the clock of a token's issuer may be wrong"),
  CORS_ORIGINS: text().describe("Web pages of these origins, separated by commas, may call; unset: none"),
};

/** What the HTTP servers take, and how much. */
export const serverShape = {
  TLS_CERT_FILE: text().describe(
    "The certificate (PEM, with its chain): HTTPS instead of HTTP; read again when it changes",
  ),
  TLS_KEY_FILE: text().describe("The private key of TLS_CERT_FILE"),
  TLS_CLIENT_CA_FILE: text().describe("Only callers with a certificate of this authority are let in (mTLS)"),
  HTTP_MAX_CONNECTIONS: count(10_000).describe("How many connections a server keeps; more are closed at once"),
  HTTP_REQUESTS_PER_CONNECTION: count(0).describe("After how many requests a connection is closed; 0: never"),
  HTTP_KEEP_ALIVE_SECONDS: seconds(65).describe("How long a connection without requests is kept"),
  HTTP_HEADERS_SECONDS: seconds(10).describe("How long the headers of a request may take to arrive"),
  HTTP_MAX_HEADER_BYTES: count(16_384).describe("How long the headers of a request may be, together"),
  HTTP_BODY_BYTES_PER_SECOND: count(500).describe(
    "How fast a body has to arrive, after ten seconds; 0: as slow as it likes",
  ),
  HTTP_MAX_IN_FLIGHT: count(1000).describe(
    "How many requests may be waiting for their answer; more are refused with 503",
  ),
  HTTP_QUEUE_MS: seconds(500).describe(
    "How long requests may stand in line, for a tenth of a second and more, before some are refused with 503",
  ),
};

export type AccessSettings = z.infer<z.ZodObject<typeof accessShape>>;
export type ServerSettings = z.infer<z.ZodObject<typeof serverShape>>;

/** Whether calls have to bring something. */
export const isGuarded = ({ MILLRACE_API_KEY, MILLRACE_KEYS_FILE, JWT_JWKS }: AccessSettings): boolean =>
  MILLRACE_API_KEY !== undefined || MILLRACE_KEYS_FILE !== undefined || JWT_JWKS !== undefined;

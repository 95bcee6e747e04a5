import { MlflowError } from "./errors.js";

export type MlflowAuth = { username: string; password: string } | { token: string };

export interface Address {
  base: URL;
  headers: Record<string, string>;
}

/** Where to send requests and with what credentials: those given, else those in the URI, else those of the environment. */
export function addressOf(trackingUri: string, auth?: MlflowAuth, fallback?: MlflowAuth): Address {
  const base = parse(trackingUri);
  const credentials = auth ?? credentialsIn(base) ?? fallback;
  base.username = "";
  base.password = "";
  return { base, headers: credentials ? { authorization: authorizationOf(credentials) } : {} };
}

function parse(trackingUri: string): URL {
  const url = URL.canParse(trackingUri) ? new URL(trackingUri) : undefined;
  if (url && ["http:", "https:"].includes(url.protocol)) return url;
  throw new MlflowError({
    code: "INVALID_TRACKING_URI",
    message: `"${trackingUri}" is not the address of an MLflow server. Give an http or https URL, such as http://127.0.0.1:5000.`,
    sent: false,
  });
}

const credentialsIn = ({ username, password }: URL): MlflowAuth | undefined =>
  username === "" ? undefined : { username: decodeURIComponent(username), password: decodeURIComponent(password) };

const authorizationOf = (auth: MlflowAuth): string =>
  "token" in auth
    ? `Bearer ${auth.token}`
    : `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;

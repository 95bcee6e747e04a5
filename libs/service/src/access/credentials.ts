import type { IncomingMessage } from "node:http";

export interface Credential {
  readonly text: string;
  /** Sent by a browser by itself, also for a page of another site. */
  readonly ambient: boolean;
}

/** What a caller showed: `x-api-key`, a bearer token, or the password of Basic, which is how a browser asks its user. */
export function credentialOf({ headers }: IncomingMessage): Credential | undefined {
  const key = headers["x-api-key"];
  if (typeof key === "string") return { text: key, ambient: false };
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  if (/^bearer /i.test(authorization)) return { text: authorization.slice(7).trim(), ambient: false };
  return /^basic /i.test(authorization) ? { text: passwordOf(authorization.slice(6)), ambient: true } : undefined;
}

function passwordOf(encoded: string): string {
  const pair = Buffer.from(encoded, "base64").toString();
  return pair.slice(pair.indexOf(":") + 1);
}

/** Whether a page of another site makes this call, as far as the browser tells. */
export function isForeign({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin } = headers;
  if (origin !== undefined && allowed.includes(origin)) return false;
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  return origin !== undefined && hostOf(origin) !== headers.host;
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);

const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const seen = Symbol("host");

/**
 * Where no key is asked for, a page whose name was made to mean 127.0.0.1 could call like a page of ours; its requests
 * carry its own name as host. A browser has a connection a name, so the first request of each tells.
 */
export function hasLocalHost({ socket, headers }: IncomingMessage): boolean {
  const known = socket as typeof socket & { [seen]?: boolean };
  return (known[seen] ??= headers.host === undefined || local.test(headers.host));
}

import { readFile } from "node:fs/promises";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { ProblemError } from "@millrace/contracts";
import { errorFields, type Log } from "../log.js";
import { watchFiles } from "./watch-files.js";

export interface IssuerKeys {
  /** The key that signed a token; asks the issuer again when it is one that nobody has seen. */
  readonly keyFor: JWTVerifyGetKey;
  stop(): void;
}

export interface JwksOptions {
  /** A URL, or the path of a file. */
  location: string;
  log: Log;
  ticks: () => number;
}

const FRESH_MS = 5 * 60_000;
/** Tokens with made-up key ids must not become calls to the issuer. */
const PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;
const MOST_BYTES = 1_000_000;

/** The issuer's keys: read when they are first needed, again when they are old, and kept while the issuer can't be reached. */
export async function openJwks({ location, log, ticks }: JwksOptions): Promise<IssuerKeys> {
  let keys: JWTVerifyGetKey | undefined;
  let reading: Promise<void> | undefined;
  let freshUntil = 0;
  let notBefore = 0;
  let failures = 0;
  const isUrl = /^https?:/.test(location);

  async function read(): Promise<void> {
    try {
      keys = createLocalJWKSet(parse(await (isUrl ? download(location) : readFile(location, "utf8")), location));
      failures = 0;
      freshUntil = ticks() + FRESH_MS;
      notBefore = ticks() + PAUSE_MS;
    } catch (error) {
      failures += 1;
      notBefore = ticks() + Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures);
      log.error("the keys of the tokens' issuer can't be read; those known stay valid", errorFields(error));
      throw error;
    }
  }

  const readOnce = () => (reading ??= read().finally(() => (reading = undefined)));
  const readIfDue = async () => {
    if (reading === undefined && ticks() < notBefore) return;
    await readOnce().catch(() => undefined);
  };

  const keyFor: JWTVerifyGetKey = async (header, token) => {
    if (keys === undefined) await readIfDue();
    else if (ticks() > freshUntil) void readIfDue();
    if (keys === undefined) throw new IssuerUnavailable();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await readIfDue();
      return keys(header, token);
    }
  };

  if (isUrl) return startUrl();
  const watch = await watchFiles([location], () => void readOnce().catch(() => undefined));
  await readOnce();
  return { keyFor, stop: watch.stop };

  /** An issuer that is down when the service starts is asked again with the first token. */
  async function startUrl(): Promise<IssuerKeys> {
    await readIfDue();
    return { keyFor, stop: () => undefined };
  }
}

export class IssuerUnavailable extends Error {}

async function download(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(5_000) });
  const text = response.ok ? await response.text() : "";
  if (response.ok && text.length <= MOST_BYTES) return text;
  const message = response.ok ? "it answered more than a megabyte." : `it answered ${response.status}.`;
  throw new ProblemError({ code: "JWKS_UNREADABLE", where: url, message, remedy });
}

const remedy = "JWT_JWKS names the JWKS of the tokens' issuer, a URL or a file: see its jwks_uri.";

function parse(text: string, where: string): JSONWebKeySet {
  try {
    const { keys } = JSON.parse(text) as JSONWebKeySet;
    if (Array.isArray(keys)) return { keys };
  } catch {
    // Said below, as for JSON that is something else.
  }
  throw new ProblemError({ code: "JWKS_UNREADABLE", where, message: "it is no JSON Web Key Set.", remedy });
}

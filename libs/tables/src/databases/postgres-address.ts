import type { ClientConfig } from "pg";
import type { Problems } from "./database-problem.js";
import { TLS_SETTINGS, tlsOf } from "./tls-settings.js";

/** The url without what it says about TLS, which pg would understand in a way of its own, and that. */
export function postgresAddress(url: string, problems: Problems): ClientConfig {
  if (!URL.canParse(url)) return { connectionString: url };
  const address = new URL(url);
  const tls = tlsOf(address.searchParams, problems);
  if (tls === undefined) return { connectionString: url };
  for (const name of TLS_SETTINGS) address.searchParams.delete(name);
  if (tls === false) return { connectionString: address.href, ssl: false };
  const { trusted, identity, ...files } = tls;
  const anyHost = identity ? {} : { checkServerIdentity: () => undefined };
  return { connectionString: address.href, ssl: { ...defined(files), ...anyHost, rejectUnauthorized: trusted } };
}

// pg takes a key that is there for one that is set.
const defined = <T extends object>(files: T): Partial<T> =>
  Object.fromEntries(Object.entries(files).filter(([, value]) => value !== undefined)) as Partial<T>;

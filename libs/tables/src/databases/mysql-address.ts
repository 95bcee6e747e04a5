import type { ConnectionOptions } from "mysql2";
import { isIP } from "node:net";
import { ProblemError } from "@millrace/contracts";
import type { Problems } from "./database-problem.js";
import { tlsOf } from "./tls-settings.js";

interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string | undefined;
  readonly ssl?: ConnectionOptions["ssl"];
}

/** mysql://user:password@host:3306/database?ssl-mode=VERIFY_IDENTITY: of the settings behind the question mark those of TLS. */
export function mysqlAddress(url: string, problems: Problems): MysqlAddress {
  try {
    const { hostname, port, username, password, pathname, searchParams } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, "");
    return {
      host,
      port: Number(port || 3306),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: decodeURIComponent(pathname.slice(1)) || undefined,
      ...sslOf(host, searchParams, problems),
    };
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw problems.invalidQuery("the url cannot be read as mysql://user:password@host:port/database.", error as Error);
  }
}

function sslOf(host: string, settings: URLSearchParams, problems: Problems): Pick<MysqlAddress, "ssl"> {
  const own = settings.get("ssl");
  if (own?.startsWith("{")) return { ssl: JSON.parse(own) as object };
  const tls = tlsOf(settings, problems);
  if (!tls) return {};
  const { trusted, identity, ...files } = tls;
  // The driver takes "localhost" for the name of every address.
  if (identity && isIP(host) !== 0)
    throw problems.invalidQuery(
      `the certificate cannot be compared with the address ${host}: write the server's name, or ssl-mode=VERIFY_CA.`,
    );
  return { ssl: { ...files, rejectUnauthorized: trusted, verifyIdentity: identity } };
}

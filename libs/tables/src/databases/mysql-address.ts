import type { ConnectionOptions } from "mysql2";
import type { Problems } from "./database-problem.js";

interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string | undefined;
  readonly ssl?: ConnectionOptions["ssl"];
}

/** mysql://user:password@host:3306/database?ssl=true: of the settings behind the question mark only ssl is known. */
export function mysqlAddress(url: string, problems: Problems): MysqlAddress {
  try {
    const { hostname, port, username, password, pathname, searchParams } = new URL(url);
    const ssl = searchParams.get("ssl");
    return {
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port || 3306),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: decodeURIComponent(pathname.slice(1)) || undefined,
      ...(ssl !== null && ssl !== "false" && { ssl: ssl.startsWith("{") ? (JSON.parse(ssl) as object) : {} }),
    };
  } catch (error) {
    throw problems.invalidQuery("the url cannot be read as mysql://user:password@host:port/database.", error as Error);
  }
}

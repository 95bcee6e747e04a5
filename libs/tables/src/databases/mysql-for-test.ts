import { createConnection } from "mysql2/promise";
import type { TlsSetting } from "./tls-conformance.js";

/** Users that have to come with TLS, on MySQL and on MariaDB. */
export async function mysqlTlsSetting(url: string): Promise<TlsSetting> {
  const connection = await createConnection({ uri: url });
  const encrypted = { name: `tls_${process.pid}`, password: "only-with-tls" };
  const certified = { name: `cert_${process.pid}`, password: "only-with-a-certificate" };
  const users = [
    [encrypted, "ssl"],
    [certified, "x509"],
  ] as const;
  for (const [{ name, password }, what] of users) {
    await connection.query(`create user ?@'%' identified by ? require ${what}`, [name, password]);
    await connection.query("grant select on millrace.* to ?@'%'", [name]);
  }
  return {
    // The server does not say why.
    ...{ url, encrypted, certified, withoutTls, withoutTlsCode: "SOURCE_ACCESS_DENIED" },
    async close() {
      for (const [{ name }] of users) await connection.query("drop user ?@'%'", [name]);
      await connection.end();
    },
  };
}

const CLIENT_SSL = 0x0800;

/** The greeting: four bytes before it, the protocol, the version as a C string, a number, eight bytes and a filler. */
function withoutTls(greeting: Buffer): Buffer {
  const flags = greeting.indexOf(0, 5) + 1 + 4 + 8 + 1;
  const changed = Buffer.from(greeting);
  changed.writeUInt16LE(changed.readUInt16LE(flags) & ~CLIENT_SSL, flags);
  return changed;
}

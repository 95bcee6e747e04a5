import { createConnection } from "mysql2/promise";
import { collectingSink } from "./collecting-sink.js";
import { readDatabase } from "./index.js";
import { mysqlConformance } from "./mysql-conformance.js";

const url = process.env.MYSQL_URL;

// MySQL itself starts where it is asked for, and in CI; MariaDB is tried everywhere.
if (url) {
  mysqlConformance("MySQL", url);

  describe("a user of MySQL with caching_sha2_password", () => {
    const name = `sha2_${process.pid}`;
    const forget = async () => {
      const connection = await createConnection({ uri: url });
      await connection.query("drop user if exists ?@'%'", [name]);
      await connection.query("create user ?@'%' identified with caching_sha2_password by 'p:@ss/wörd'", [name]);
      await connection.query("grant select on millrace.* to ?@'%'", [name]);
      await connection.end();
    };
    afterAll(async () => {
      const connection = await createConnection({ uri: url });
      await connection.query("drop user ?@'%'", [name]);
      await connection.end();
    });
    const read = async (password: string, settings = "") => {
      const as = Object.assign(new URL(url), { username: name, password: encodeURIComponent(password) });
      const sink = collectingSink();
      await readDatabase({ kind: "sql", url: `${as.href}${settings}`, query: "select 1 as one" }, sink);
      return sink.rows();
    };

    it.each(["", "?ssl-mode=REQUIRED"])(
      "is let in the first time and from the server's memory: %s",
      async (settings) => {
        await forget();
        expect(await read("p:@ss/wörd", settings)).toEqual([[1]]);
        expect(await read("p:@ss/wörd", settings)).toEqual([[1]]);
        await expect(read("p:@ss/word", settings)).rejects.toMatchObject({ code: "SOURCE_ACCESS_DENIED" });
      },
    );
  });
} else {
  it("MySQL itself is tried where MYSQL_URL names one", () => expect(url).toBeUndefined());
}

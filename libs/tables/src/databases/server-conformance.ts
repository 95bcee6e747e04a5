import { collectingSink } from "./collecting-sink.js";
import type { DatabaseSetting } from "./database-conformance.js";
import type { DatabaseSource } from "./database-source.js";
import { countRows, readDatabase } from "./index.js";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.js";

interface ServerSetting extends DatabaseSetting {
  readonly url: string;
}

const ROWS = 60_000;

/** What every database has to do that is reached by a network. */
export function serverConformance(name: string, open: () => Promise<ServerSetting>): void {
  describe(`${name} behind a network that fails`, () => {
    let setting: ServerSetting;
    let proxy: TcpProxy;
    let source: DatabaseSource;
    beforeAll(async () => {
      setting = await open();
      const table = `n${process.pid}_${Date.now()}`;
      const rows = Array.from({ length: ROWS }, (_, id) => [
        id,
        `a text that is long enough to fill the network ${id}`,
      ]);
      await setting.fill(table, { id: "whole", text: "text" }, rows);
      proxy = await openTcpProxy(setting.url);
      source = { ...setting.source(table), url: proxy.url };
    }, 120_000);
    afterAll(async () => {
      await proxy.close();
      await setting.close();
    });
    afterEach(() => proxy.limit(Infinity, "cut"));
    const patience = { connectMs: 1_500, silenceMs: 1_500 };

    it("is read through it while it works", async () => {
      expect((await readDatabase(source, collectingSink())).rows).toBe(ROWS);
    });

    it.each(["cut", "silence"] as const)(
      "asks for a retry after a %s in the middle, and never ends short",
      async (what) => {
        proxy.limit(1_000_000, what);
        await expect(readDatabase(source, collectingSink(), { batchRows: 1_000, patience })).rejects.toMatchObject({
          name: "Retry",
          code: "SOURCE_UNAVAILABLE",
        });
      },
    );

    it("asks for a retry when the server says nothing from the beginning", async () => {
      proxy.limit(0, "silence");
      await expect(readDatabase(source, collectingSink(), { patience })).rejects.toMatchObject({ name: "Retry" });
    });

    it("asks for a retry when nobody listens there, and its words have no password", async () => {
      const away = new URL(setting.url);
      away.port = "1";
      away.username = "someone";
      away.password = "s3cr%40t";
      const asked = readDatabase({ ...source, url: away.href }, collectingSink(), { patience });
      await expect(asked).rejects.toMatchObject({ name: "Retry", code: "SOURCE_UNAVAILABLE" });
      await asked.catch((error: Error & { cause?: Error }) => {
        expect(`${error.message} ${error.stack} ${error.cause?.message}`).not.toMatch(/s3cr/);
        expect(error.message).toContain("127.0.0.1:1");
      });
    });

    it("refuses link-local and unspecified addresses before it connects", async () => {
      for (const host of ["169.254.169.254", "0.0.0.0", "[fe80::1]", "[::ffff:169.254.169.254]", "2852039166"]) {
        const url = setting.url.replace(/@?[^@/]+:\d+/, (place) => `${place.startsWith("@") ? "@" : ""}${host}:80`);
        await expect(countRows({ ...source, url })).rejects.toMatchObject({ code: "SOURCE_ADDRESS_REFUSED" });
      }
    });

    it("waits for a sink that is slow", async () => {
      const sink = collectingSink();
      const slow = {
        ...sink,
        append: async (rows: Parameters<typeof sink.append>[0]) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          await sink.append(rows);
        },
      };
      expect((await readDatabase(source, slow, { batchRows: 1_000 })).rows).toBe(ROWS);
      expect(sink.column("id")).toEqual(Array.from({ length: ROWS }, (_, id) => id));
    });
  });
}

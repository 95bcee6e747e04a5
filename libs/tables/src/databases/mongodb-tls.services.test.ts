import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";
import { MongoClient } from "mongodb";
import { collectingSink } from "./collecting-sink.js";
import { readDatabase } from "./index.js";

const url = process.env.MONGODB_URI ?? "";
const files = process.env.TLS_FILES;
const file = (name: string): string => join(files!, name);
const database = `millrace_tls_${process.pid}`;

/** Speaks TLS in front of the server: the tests' own has none. */
async function openTls(requestCert: boolean) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<TLSSocket>();
  const options = { key: readFileSync(file("server.key")), cert: readFileSync(file("server.pem")), requestCert };
  const server = createServer({ ...options, ca: readFileSync(file("ca.pem")) }, (inbound) => {
    sockets.add(inbound);
    const outbound = connect(Number(port), hostname);
    inbound.pipe(outbound).pipe(inbound);
    for (const socket of [inbound, outbound])
      socket.on("error", () => [inbound, outbound].forEach((one) => one.destroy()));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as { port: number }).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const filled = async () => {
  const client = await new MongoClient(url).connect();
  await client.db(database).collection("orders").insertOne({ n: 1 });
  return client;
};

// Where the servers are images there are no certificates.
if (files)
  describe("MongoDB by TLS", () => {
    let client: MongoClient;
    let open: Awaited<ReturnType<typeof openTls>>;
    let guarded: Awaited<ReturnType<typeof openTls>>;
    beforeAll(async () => {
      client = await filled();
      open = await openTls(false);
      guarded = await openTls(true);
    });
    afterAll(async () => {
      open.close();
      guarded.close();
      await client.db(database).dropDatabase();
      await client.close();
    });

    const count = async (settings: Record<string, string>, place = `localhost:${open.port}`) => {
      const at = `mongodb://${place}/?${new URLSearchParams(settings).toString()}`;
      const source = { kind: "mongodb", url: at, database, collection: "orders", filter: {} } as const;
      return (await readDatabase(source, collectingSink(), { patience: { connectMs: 1_000 } })).rows;
    };
    const ca = () => ({ tls: "true", tlsCAFile: file("ca.pem") });

    it("is read with its authority, and without one where any certificate will do", async () => {
      expect(await count(ca())).toBe(1);
      expect(await count({ tls: "true", tlsAllowInvalidCertificates: "true" }, `127.0.0.1:${open.port}`)).toBe(1);
    });

    it("is read with a certificate of one's own, and not without it", async () => {
      const both = join(await mkdtemp(join(tmpdir(), "millrace-tls-")), "both.pem");
      await writeFile(both, `${readFileSync(file("client.pem"), "utf8")}${readFileSync(file("client.key"), "utf8")}`);
      const place = `localhost:${guarded.port}`;
      expect(await count({ ...ca(), tlsCertificateKeyFile: both }, place)).toBe(1);
      await rm(dirname(both), { recursive: true });
      await expect(count(ca(), place)).rejects.toMatchObject({
        code: "SOURCE_ACCESS_DENIED",
        message: expect.stringContaining("tlsCertificateKeyFile") as string,
      });
    });

    it.each([
      ["no authority", () => ({ tls: "true" }), "localhost", "SOURCE_CERTIFICATE_UNTRUSTED"],
      [
        "another authority",
        () => ({ ...ca(), tlsCAFile: file("stranger.pem") }),
        "localhost",
        "SOURCE_CERTIFICATE_UNTRUSTED",
      ],
      ["another name", ca, "127.0.0.1", "SOURCE_CERTIFICATE_OTHER_HOST"],
      [
        "no such file",
        () => ({ ...ca(), tlsCAFile: file("absent.pem") }),
        "localhost",
        "SOURCE_CERTIFICATE_UNREADABLE",
      ],
    ])("is refused with %s", async (_what, settings, host, code) => {
      await expect(count(settings(), `${host}:${open.port}`)).rejects.toMatchObject({
        name: "ProblemError",
        ...{ code, problem: { remedy: expect.any(String) as string } },
      });
    });

    it("is unavailable where the server speaks none", async () => {
      await expect(count(ca(), new URL(url).host.replace("127.0.0.1", "localhost"))).rejects.toMatchObject({
        code: expect.stringMatching(/^SOURCE_(TLS_)?UNAVAILABLE$/) as string,
      });
    });
  });

import { join } from "node:path";
import { collectingSink } from "./collecting-sink.js";
import { readDatabase } from "./index.js";
import { openTcpProxy } from "./tcp-proxy.js";

export interface TlsSetting {
  /** With a user that may come with a password and without TLS. */
  readonly url: string;
  /** A user that has to come with TLS, and one that has to come with the certificate of millrace_cert. */
  readonly encrypted: { readonly name: string; readonly password: string };
  readonly certified: { readonly name: string; readonly password: string };
  /** What the first of them is told who comes without TLS. */
  readonly withoutTlsCode: "SOURCE_TLS_REQUIRED" | "SOURCE_ACCESS_DENIED";
  /** Takes the server's word that it speaks TLS out of what it says first. */
  readonly withoutTls: (first: Buffer) => Buffer;
  close(): Promise<void>;
}

const files = process.env.TLS_FILES ?? "";
const file = (name: string): string => join(files, name);

/** What every SQL database has to do that is reached by TLS: the server's certificate is for localhost alone. */
export function tlsConformance(name: string, open: () => Promise<TlsSetting>): void {
  describe(`${name} by TLS`, () => {
    let setting: TlsSetting;
    beforeAll(async () => void (setting = await open()));
    afterAll(() => setting.close());

    function urlOf(settings: Record<string, string>, user?: { name: string; password: string }, host = "localhost") {
      const url = new URL(setting.url.replace("127.0.0.1", host));
      for (const [key, value] of Object.entries(settings)) url.searchParams.set(key, value);
      if (user) Object.assign(url, { username: user.name, password: user.password });
      return url.href;
    }
    async function read(url: string) {
      const sink = collectingSink();
      const patience = { connectMs: 5_000 };
      await readDatabase({ kind: "sql", url, query: "select 1 as one" }, sink, { patience });
      return sink.rows();
    }
    const refused = async (url: string, code: string) => {
      const error = await read(url).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ name: "ProblemError", code, problem: { remedy: expect.any(String) as string } });
      return error as Error;
    };
    const ca = { sslrootcert: file("ca.pem") };

    it.each(["require", "verify-ca", "verify-full"])("is read with sslmode=%s and its authority", async (sslmode) => {
      expect(await read(urlOf({ sslmode, ...ca }, setting.encrypted))).toEqual([[1]]);
    });

    it("is read by the names that MySQL's clients have for the same", async () => {
      const settings = { "ssl-mode": "VERIFY_IDENTITY", "ssl-ca": file("ca.pem") };
      expect(await read(urlOf(settings, setting.encrypted))).toEqual([[1]]);
    });

    it("is encrypted and not looked at closer with sslmode=require alone", async () => {
      expect(await read(urlOf({ sslmode: "require" }, setting.encrypted, "127.0.0.1"))).toEqual([[1]]);
    });

    it("is not trusted without its authority, nor with another one", async () => {
      await refused(urlOf({ sslmode: "verify-full" }), "SOURCE_CERTIFICATE_UNTRUSTED");
      await refused(urlOf({ ssl: "true" }), "SOURCE_CERTIFICATE_UNTRUSTED");
      const stranger = { sslmode: "require", sslrootcert: file("stranger.pem") };
      await refused(urlOf(stranger), "SOURCE_CERTIFICATE_UNTRUSTED");
    });

    it("is refused under another name, which verify-ca takes", async () => {
      const other = "127.1";
      const settings = { sslmode: "verify-full", ...ca };
      const error = await refused(urlOf(settings, undefined, other), "SOURCE_CERTIFICATE_OTHER_HOST");
      expect(error.message).toContain("localhost");
      expect(await read(urlOf({ ...settings, sslmode: "verify-ca" }, undefined, other))).toEqual([[1]]);
    });

    it("is refused where it speaks no TLS", async () => {
      const proxy = await openTcpProxy(setting.url, setting.withoutTls);
      const url = `${proxy.url}?sslmode=verify-ca&sslrootcert=${encodeURIComponent(ca.sslrootcert)}`;
      await refused(url, "SOURCE_TLS_UNAVAILABLE").finally(() => proxy.close());
    });

    it("wants TLS of a user who has to come with it", async () => {
      await refused(urlOf({}, setting.encrypted), setting.withoutTlsCode);
      await refused(urlOf({ sslmode: "disable" }, setting.encrypted), setting.withoutTlsCode);
    });

    it("is read with a certificate of one's own, and not without it", async () => {
      const own = { sslmode: "verify-full", ...ca, sslcert: file("client.pem"), sslkey: file("client.key") };
      expect(await read(urlOf(own, setting.certified))).toEqual([[1]]);
      await refused(urlOf({ sslmode: "verify-full", ...ca }, setting.certified), "SOURCE_ACCESS_DENIED");
      const foreign = { ...own, sslcert: file("stranger.pem"), sslkey: file("stranger.key") };
      await refused(urlOf(foreign, setting.certified), "SOURCE_ACCESS_DENIED");
    });

    it("is told from a wrong password and from a user that is not there", async () => {
      const settings = { sslmode: "verify-full", ...ca };
      const wrong = { ...setting.encrypted, password: "wr0ng" };
      const error = await refused(urlOf(settings, wrong), "SOURCE_ACCESS_DENIED");
      expect(`${error.message} ${error.stack}`).not.toContain("wr0ng");
      await refused(urlOf(settings, { name: "nobody_at_all", password: "x" }), "SOURCE_ACCESS_DENIED");
    });

    it.each([
      ["sslrootcert", "absent.pem"],
      ["sslcert", "server.ext"],
    ])("says which file of %s cannot be used: %s", async (setting, name) => {
      const error = await refused(
        urlOf({ sslmode: "verify-full", [setting]: file(name) }),
        "SOURCE_CERTIFICATE_UNREADABLE",
      );
      expect(error.message).toContain(name);
    });

    it("says that a key belongs to another certificate, or that there is no such mode", async () => {
      const settings = { sslmode: "verify-full", ...ca, sslcert: file("client.pem"), sslkey: file("server.key") };
      await refused(urlOf(settings), "SOURCE_CERTIFICATE_UNREADABLE");
      await refused(urlOf({ sslmode: "maybe" }), "SOURCE_QUERY_INVALID");
    });
  });
}

import { problemsOf } from "./database-problem.js";
import { mysqlAddress } from "./mysql-address.js";
import { postgresAddress } from "./postgres-address.js";
import { tlsProblem } from "./tls-problem.js";
import { tlsOf } from "./tls-settings.js";

const problems = problemsOf("postgres://ada:secret@db.example/shop");
const said = (query: string) => tlsOf(new URLSearchParams(query), problems);

describe("what a url says about TLS", () => {
  it.each([
    ["", undefined],
    ["application_name=x", undefined],
    ["sslmode=disable", false],
    ["ssl-mode=DISABLED", false],
    ["ssl=true", { trusted: true, identity: true }],
    ["sslmode=verify-full", { trusted: true, identity: true }],
    ["ssl-mode=VERIFY_IDENTITY", { trusted: true, identity: true }],
    ["ssl-mode=VERIFY_CA", { trusted: true, identity: false }],
    ["sslmode=prefer", { trusted: false, identity: false }],
    ["sslrootcert=system", { trusted: true, identity: true }],
  ])("is understood: %s", (query, meant) => {
    const told = said(query);
    if (meant) expect(told).toMatchObject(meant);
    else expect(told).toBe(meant);
  });

  it("is refused where it means nothing, or names a file that is not there", () => {
    expect(() => said("sslmode=maybe")).toThrow(expect.objectContaining({ code: "SOURCE_QUERY_INVALID" }));
    expect(() => said("sslrootcert=/absent.pem")).toThrow(
      expect.objectContaining({ code: "SOURCE_CERTIFICATE_UNREADABLE" }),
    );
  });

  it("is taken out of PostgreSQL's url, and compared with no address by MySQL's driver", () => {
    const address = postgresAddress("postgres://ada@db/shop?sslmode=verify-full&application_name=x", problems);
    expect(address).toMatchObject({
      connectionString: "postgres://ada@db/shop?application_name=x",
      ssl: { rejectUnauthorized: true },
    });
    const verified = "?ssl-mode=VERIFY_IDENTITY";
    expect(mysqlAddress(`mysql://ada@db/shop${verified}`, problems).ssl).toMatchObject({ verifyIdentity: true });
    expect(() => mysqlAddress(`mysql://ada@10.0.0.7/shop${verified}`, problems)).toThrow(
      expect.objectContaining({ code: "SOURCE_QUERY_INVALID" }),
    );
  });
});

describe("what went wrong with TLS", () => {
  it.each([
    ["CERT_HAS_EXPIRED", "certificate has expired", "SOURCE_CERTIFICATE_UNTRUSTED"],
    ["HANDSHAKE_SSL_ERROR", "self-signed certificate in certificate chain", "SOURCE_CERTIFICATE_UNTRUSTED"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "it is for another", "SOURCE_CERTIFICATE_OTHER_HOST"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number", "SOURCE_TLS_UNAVAILABLE"],
    ["", "Connections using insecure transport are prohibited", "SOURCE_TLS_REQUIRED"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "alert number 116", "SOURCE_ACCESS_DENIED"],
    ["ERR_OSSL_X509_KEY_VALUES_MISMATCH", "key values mismatch", "SOURCE_CERTIFICATE_UNREADABLE"],
  ])("is told by its code, however deep it is hidden: %s", (code, message, told) => {
    const inner = Object.assign(new Error(message), { code });
    const servers = new Map([["db:27017", { error: new Error("connection failed", { cause: inner }) }]]);
    expect(tlsProblem(inner, problems)?.code).toBe(told);
    expect(tlsProblem(Object.assign(new Error("no server"), { reason: { servers } }), problems)?.code).toBe(told);
  });

  it("is nothing where the network failed", () => {
    expect(tlsProblem(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }), problems)).toBeUndefined();
  });
});

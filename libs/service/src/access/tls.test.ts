import { writeFile } from "node:fs/promises";
import https from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { temporaryFolder, until } from "@millrace/testing";
import { issueCertificate } from "./certificate-for-test.js";
import { startServer, type ServerForTest } from "./server-for-test.js";

const authority = issueCertificate("authority");
const stranger = issueCertificate("stranger");

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string) => join(folder.path, name);

async function writeCertificate(issued = issueCertificate("server", authority)): Promise<void> {
  await Promise.all([writeFile(at("cert.pem"), issued.cert), writeFile(at("key.pem"), issued.key)]);
}

beforeAll(async () => {
  folder = await temporaryFolder("tls");
  await writeCertificate();
  await writeFile(at("ca.pem"), authority.cert);
});
afterAll(() => folder.remove());

const start = (more: Record<string, string> = {}) =>
  startServer({
    environment: { TLS_CERT_FILE: at("cert.pem"), TLS_KEY_FILE: at("key.pem"), ...more },
    routes: (app) => void app.get("/hello", (_request, response) => void response.json({})),
  });

interface Met {
  status: number;
  headers: Record<string, unknown>;
  certificate: string;
}

function meet(server: ServerForTest, options: https.RequestOptions = {}): Promise<Met> {
  return new Promise((resolve, reject) => {
    const request = https.get(`${server.url}/hello`, { ca: authority.cert, agent: false, ...options }, (response) => {
      const certificate = (response.socket as TLSSocket).getPeerCertificate().subject.CN as string;
      response
        .resume()
        .once("end", () => resolve({ status: response.statusCode!, headers: response.headers, certificate }));
    });
    request.once("error", reject);
  });
}

describe("TLS", () => {
  it("is spoken where there is a certificate, from version 1.2 on, and tells browsers to keep to it", async () => {
    const server = await start();
    expect(server.url).toMatch(/^https:/);
    const { status, headers } = await meet(server);
    expect(status).toBe(200);
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    await expect(meet(server, { ca: stranger.cert })).rejects.toThrow(/certificate/);
    await expect(meet(server, { maxVersion: "TLSv1.1", minVersion: "TLSv1" })).rejects.toThrow();
    await expect(fetch(server.url.replace("https", "http"))).rejects.toThrow();
    await server.stop();
  });

  it("takes a new certificate without a restart, and keeps the old one while the files don't fit together", async () => {
    const server = await start();
    const next = issueCertificate("next", authority);
    await writeFile(at("cert.pem"), next.cert);
    expect((await meet(server)).certificate).toBe("server");
    await writeFile(at("key.pem"), next.key);
    await until("the new certificate", async () => (await meet(server)).certificate === "next");
    await server.stop();
    await writeCertificate();
  });

  it("lets in only callers with a certificate of the authority, where one is named", async () => {
    const server = await start({ TLS_CLIENT_CA_FILE: at("ca.pem") });
    await expect(meet(server)).rejects.toThrow();
    const foreign = issueCertificate("client", stranger);
    await expect(meet(server, { cert: foreign.cert, key: foreign.key })).rejects.toThrow();
    const client = issueCertificate("client", authority);
    expect((await meet(server, { cert: client.cert, key: client.key })).status).toBe(200);
    await server.stop();
  });

  it("stops the start where a file is missing, or certificate and key don't belong together", async () => {
    await expect(start({ TLS_KEY_FILE: "" })).rejects.toThrow(/TLS_CERT_FILE and TLS_KEY_FILE/);
    await expect(start({ TLS_KEY_FILE: at("none.pem") })).rejects.toThrow(/none\.pem.*ENOENT/);
    await writeFile(at("other.pem"), stranger.key);
    await expect(start({ TLS_KEY_FILE: at("other.pem") })).rejects.toThrow(/don't belong together/);
  });
});

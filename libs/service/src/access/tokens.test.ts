import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWK, type JWTPayload, type KeyLike } from "jose";
import { temporaryFolder, until } from "@millrace/testing";
import { callerOf } from "./caller.js";
import { startServer, type ServerForTest } from "./server-for-test.js";

interface SigningKey {
  alg: string;
  kid: string;
  privateKey: KeyLike;
  jwk: JWK;
}

const issuer = "https://issuer.example";
const audience = "millrace";
let now = new Date("2030-01-01T00:00:00Z");

async function signingKey(kid: string, alg = "RS256"): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

const tokenOf = ({ alg, kid, privateKey }: SigningKey, claims: JWTPayload = {}, header = {}) =>
  new SignJWT({ sub: "ann", scope: "openid predict", iss: issuer, aud: audience, exp: seconds(600), ...claims })
    .setProtectedHeader({ alg, kid, ...header })
    .sign(privateKey);

const seconds = (ahead: number) => Math.floor(now.getTime() / 1000) + ahead;

let first: SigningKey;
let second: SigningKey;
/** The issuer: what it publishes, how often it was asked, and whether it is up. */
const published = { keys: [] as JWK[], asked: 0, up: true };
let publisher: Server;
let server: ServerForTest;
let settings: Record<string, string>;

const start = (environment: Record<string, string>) =>
  startServer({
    environment,
    clock: () => now,
    routes: (app) => void app.all(/.*/, (request, response) => void response.json(callerOf(request))),
  });

beforeAll(async () => {
  [first, second] = await Promise.all([signingKey("one"), signingKey("two", "ES256")]);
  published.keys = [first.jwk];
  publisher = createServer((_request, response) => {
    published.asked += 1;
    response.statusCode = published.up ? 200 : 500;
    response.end(JSON.stringify({ keys: published.keys }));
  });
  await new Promise<void>((resolve) => publisher.listen(0, "127.0.0.1", resolve));
  const { port } = publisher.address() as AddressInfo;
  settings = { JWT_JWKS: `http://127.0.0.1:${port}/jwks`, JWT_ISSUER: issuer, JWT_AUDIENCE: audience };
  server = await start(settings);
});

afterAll(async () => {
  await server.stop();
  publisher.close();
});

async function ask(token: string, { url = server.url, path = "/models/iris/predict", method = "POST" } = {}) {
  const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("tokens", () => {
  it("let their subject do what their scopes say", async () => {
    const token = await tokenOf(first);
    const caller = { name: "ann", kind: "token", id: "ann", scopes: ["predict"] };
    expect(await ask(token)).toEqual({ status: 200, body: caller });
    expect(await ask(token)).toEqual({ status: 200, body: caller });
    expect((await ask(token, { path: "/runs", method: "GET" })).body.code).toBe("SCOPE_MISSING");
    expect((await ask(await tokenOf(first, { scope: undefined }))).status).toBe(403);
  });

  it("are refused from another issuer, for another audience, before their time, without an end, and changed", async () => {
    const [header, payload, signature] = (await tokenOf(first)).split(".");
    const admin = Buffer.from(JSON.stringify({ ...JSON.parse(atob(payload!)), scope: "admin" })).toString("base64url");
    const wrong = await Promise.all([
      tokenOf(first, { iss: "https://evil.example" }),
      tokenOf(first, { aud: "another" }),
      tokenOf(first, { nbf: seconds(120) }),
      tokenOf(first, { exp: undefined }),
      [header, admin, signature].join("."),
      `${header}.${payload}.`,
    ]);
    for (const token of wrong) expect(await ask(token)).toMatchObject({ status: 401 });
    expect((await ask(wrong[0]!)).body).toMatchObject({ code: "TOKEN_INVALID" });
  });

  it("signed by nobody, or with the public key as a secret, are refused", async () => {
    const claims = { sub: "eve", scope: "admin", iss: issuer, aud: audience, exp: seconds(600) };
    const secret = Buffer.from(JSON.stringify(first.jwk));
    const confused = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(secret);
    const own = await signingKey("one");
    for (const token of [new UnsecuredJWT(claims).encode(), `${new UnsecuredJWT(claims).encode()}x`, confused])
      expect((await ask(token)).status).toBe(401);
    expect((await ask(await tokenOf(own, { scope: "admin" }))).status).toBe(401);
    expect((await ask(await tokenOf(own, {}, { jwk: own.jwk, jku: "http://127.0.0.1/" }))).status).toBe(401);
  });

  it("end when they say, give or take the skew of the clocks, also when they were believed a moment ago", async () => {
    const token = await tokenOf(first, { exp: seconds(5) });
    expect((await ask(token)).status).toBe(200);
    const began = now;
    now = new Date(began.getTime() + 34_000);
    expect((await ask(token)).status).toBe(200);
    now = new Date(began.getTime() + 36_000);
    expect(await ask(token)).toMatchObject({ status: 401, body: { code: "TOKEN_EXPIRED" } });
    expect((await ask(await tokenOf(first, { exp: seconds(-40) }))).body.code).toBe("TOKEN_EXPIRED");
  });

  it("with key ids that nobody knows are no calls to the issuer", async () => {
    const before = published.asked;
    const strange = { ...first, kid: "strange" };
    for (let count = 0; count < 20; count += 1) await ask(await tokenOf(strange, { jti: String(count) }));
    expect(published.asked - before).toBeLessThanOrEqual(1);
  });

  it("name their scopes in the claim, and by the names, that the settings say", async () => {
    const folder = await temporaryFolder("jwks");
    const JWT_JWKS = join(folder.path, "jwks.json");
    await writeFile(JWT_JWKS, JSON.stringify({ keys: [first.jwk] }));
    const mapped = { ...settings, JWT_JWKS, JWT_SCOPE_CLAIM: "realm_access.roles", JWT_SCOPE_MAP: "ml ops=admin" };
    const own = await start(mapped);
    const tokenWith = (roles: unknown) => tokenOf(first, { scope: "admin", realm_access: { roles } });
    const scopes = async (token: string) => (await ask(token, { url: own.url })).body.scopes;
    expect(await scopes(await tokenWith(["ml ops", "admin", 7]))).toEqual(["admin"]);
    expect(await scopes(await tokenWith(["admin"]))).toBeUndefined();

    await writeFile(JWT_JWKS, JSON.stringify({ keys: [second.jwk] }));
    const renewed = await tokenOf(second, { realm_access: { roles: ["ml ops"] } });
    await until("the keys of the changed file", async () => (await ask(renewed, { url: own.url })).status === 200);
    await own.stop();
    await folder.remove();
  });

  it("survive that their issuer is down, and are refused with 503 where it never was up", async () => {
    published.up = false;
    expect((await ask(await tokenOf(first, { jti: "down" }))).status).toBe(200);
    const blind = await start(settings);
    expect(await ask(await tokenOf(first), { url: blind.url })).toMatchObject({
      status: 503,
      body: { code: "TOKEN_KEYS_UNAVAILABLE" },
    });
    published.up = true;
    published.keys = [second.jwk];
    await until("the issuer's keys", async () => (await ask(await tokenOf(second), { url: blind.url })).status === 200);
    await blind.stop();
  });

  it("that are set up in part stop the start", async () => {
    await expect(start({ JWT_JWKS: settings.JWT_JWKS! })).rejects.toThrow(/JWT_ISSUER/);
    await expect(start({ ...settings, JWT_SCOPE_MAP: "ops:admin" })).rejects.toThrow(/shop=predict/);
  });
});

import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder, until } from "@millrace/testing";
import { openLog } from "../log.js";
import { createKey, type KeyWish } from "./api-key.js";
import { callerOf } from "./caller.js";
import { writeKeyFile } from "./key-file.js";
import { rawExchange, startServer, type ServerForTest } from "./server-for-test.js";

const now = new Date("2030-01-01T00:00:00Z");
const keyFor = (wish: Partial<KeyWish>) => createKey({ name: "shop", scopes: ["predict"], ...wish }, now);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
const complaints: string[] = [];
const silent = openLog({ LOG_LEVEL: "error" }, {});
let server: ServerForTest;
/** Moves on between tests, so that no test meets the clock of another. */
let clock = now;

const keys = {
  shop: keyFor({ name: "shop" }),
  churn: keyFor({ name: "churn team", models: ["churn", "a b"] }),
  console: keyFor({ name: "console", scopes: ["read"] }),
  old: keyFor({ name: "old", expiresAt: "2030-01-01T00:00:10Z" }),
  slow: keyFor({ name: "slow", rate: { perSecond: 0.001, burst: 2 } }),
};

beforeAll(async () => {
  folder = await temporaryFolder("access");
  path = join(folder.path, "keys.json");
  await writeKeyFile(
    path,
    Object.values(keys).map(({ record }) => record),
  );
  server = await startServer({
    environment: {
      MILLRACE_KEYS_FILE: path,
      MILLRACE_API_KEY: "the key of operators",
      MILLRACE_DEFAULT_MODEL: "churn",
    },
    clock: () => clock,
    log: { ...silent, error: (message) => complaints.push(message) },
    first(request, response) {
      if (request.url !== "/predict") return false;
      response.end(JSON.stringify(callerOf(request)));
      return true;
    },
    routes(app) {
      app.all(/.*/, (request, response) => void response.json(callerOf(request)));
    },
  });
});

afterAll(async () => {
  await server.stop();
  await folder.remove();
});

async function ask(method: string, url: string, key?: string, headers: Record<string, string> = {}) {
  const own: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(server.url + url, { method, headers: { ...own, ...headers } });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

describe("keys", () => {
  it("say to routes of both kinds who called", async () => {
    const expected = { status: 200, body: { name: "shop", kind: "key", id: keys.shop.record.id } };
    expect(await ask("POST", "/predict", keys.shop.text)).toMatchObject(expected);
    expect(await ask("POST", "/models/churn/predict", undefined, { "x-api-key": keys.shop.text })).toMatchObject(
      expected,
    );
    const basic = `Basic ${Buffer.from(`anyone:${keys.shop.text}`).toString("base64")}`;
    expect(await ask("GET", "/models/churn/form", undefined, { authorization: basic })).toMatchObject(expected);
  });

  it("are asked for by the bare routes too, with a problem that says what to do", async () => {
    for (const url of ["/predict", "/models/churn/predict", "/runs"]) {
      const { status, body, headers } = await ask("POST", url);
      expect({ status, code: body.code }).toEqual({ status: 401, code: "KEY_REQUIRED" });
      expect(body.remedy).toContain("millrace keys create");
      expect(headers.get("content-type")).toBe("application/problem+json");
      expect(headers.get("www-authenticate")).toBe('Bearer realm="millrace"');
    }
    expect((await ask("POST", "/predict", `${keys.shop.text}x`)).status).toBe(401);
    expect((await ask("GET", "/health")).status).toBe(200);
  });

  it("do what their scopes say, and an admin's does everything", async () => {
    expect((await ask("GET", "/runs", keys.shop.text)).body.code).toBe("SCOPE_MISSING");
    expect((await ask("GET", "/runs", keys.console.text)).status).toBe(200);
    expect((await ask("POST", "/predict", keys.console.text)).status).toBe(403);
    expect((await ask("POST", "/models/churn/rollback", keys.shop.text)).status).toBe(403);
    expect((await ask("POST", "/v2/repository/models/churn/load", keys.shop.text)).status).toBe(403);
    expect((await ask("POST", "/v2/models/churn/infer", keys.shop.text)).status).toBe(200);
    expect((await ask("POST", "/models/churn/rollback", "the key of operators")).body.name).toBe("MILLRACE_API_KEY");
  });

  it("that are for some models are for no others, however the path spells them", async () => {
    expect((await ask("POST", "/models/churn/predict", keys.churn.text)).status).toBe(200);
    expect((await ask("POST", "/models/a%20b/predict", keys.churn.text)).status).toBe(200);
    expect((await ask("POST", "/predict", keys.churn.text)).status).toBe(200);
    for (const url of ["/models/iris/predict", "/models/%69ris/predict", "/v2/models/iris/versions/1/infer"])
      expect((await ask("POST", url, keys.churn.text)).body.code).toBe("MODEL_FORBIDDEN");
    for (const url of ["//models/iris/predict", "/MODELS/iris/predict", "/models//predict"])
      expect((await ask("POST", url, keys.churn.text)).status).toBe(403);
  });

  it("expire", async () => {
    expect((await ask("POST", "/predict", keys.old.text)).status).toBe(200);
    clock = new Date("2030-01-01T00:00:10Z");
    expect(await ask("POST", "/predict", keys.old.text)).toMatchObject({ status: 401, body: { code: "KEY_EXPIRED" } });
  });

  it("have a rate, which the answers tell, and 429 says when to come again", async () => {
    expect((await ask("POST", "/predict", keys.slow.text)).headers.get("ratelimit")).toBe('"key";r=1;t=1000');
    expect((await ask("POST", "/models/churn/predict", keys.slow.text)).status).toBe(200);
    const { status, headers, body } = await ask("POST", "/predict", keys.slow.text);
    expect({ status, code: body.code }).toEqual({ status: 429, code: "RATE_EXCEEDED" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(900);
    expect(headers.get("ratelimit-policy")).toBe('"key";q=2;w=2000');
    expect((await ask("POST", "/predict", keys.shop.text)).status).toBe(200);
  });

  it("change without a restart; a file that is broken changes nothing", async () => {
    const next = keyFor({ name: "shop, new" });
    await writeKeyFile(path, [next.record, { ...keys.shop.record, revokedAt: now.toISOString() }]);
    await until("the new key", async () => (await ask("POST", "/predict", next.text)).status === 200);
    expect((await ask("POST", "/predict", keys.shop.text)).status).toBe(401);
    expect((await ask("GET", "/runs", keys.console.text)).status).toBe(401);
    expect((await ask("GET", "/runs", "the key of operators")).status).toBe(200);

    await writeFile(`${path}.broken`, "{");
    await rename(`${path}.broken`, path);
    await until("the broken file to be seen", () =>
      complaints.some((text) => text.includes("the old ones stay valid")),
    );
    expect((await ask("POST", "/predict", next.text)).status).toBe(200);
    const last = keyFor({ name: "last" });
    await writeKeyFile(path, [last.record, next.record]);
    await until("the last key", async () => (await ask("POST", "/predict", last.text)).status === 200);
  });

  it("stand nowhere but in their owner's hands: the file has digests, and only its owner reads it", async () => {
    const text = await readFile(path, "utf8");
    expect(text).toContain('"digest"');
    for (const { text: key } of Object.values(keys)) expect(text).not.toContain(key.slice(14));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("that can't be read stop the start with the place and what to do", async () => {
    const start = (file: string) => startServer({ environment: { MILLRACE_KEYS_FILE: file } });
    await expect(start(join(folder.path, "none.json"))).rejects.toThrow(
      /can't be read \(ENOENT\).*millrace keys create/,
    );
    await writeFile(join(folder.path, "wrong.json"), '{"version": 1, "keys": [{"id": "abcd"}]}');
    await expect(start(join(folder.path, "wrong.json"))).rejects.toThrow(/keys.*digest/);
  });
});

describe("without a key", () => {
  let open: ServerForTest;
  beforeAll(async () => {
    open = await startServer({ routes: (app) => void app.all(/.*/, (_request, response) => void response.json({})) });
  });
  afterAll(() => open.stop());

  const send = (method: string, headers: Record<string, string>) => {
    const lines = Object.entries({ host: "localhost", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    return rawExchange(
      open.port,
      `${method} /models/a/rollback HTTP/1.1\r\n${lines.join("")}connection: close\r\n\r\n`,
    );
  };

  it("whoever is on this machine may do everything", async () => {
    expect(await send("POST", {})).toMatch(/^HTTP\/1.1 200/);
    expect(await send("POST", { origin: "http://localhost" })).toMatch(/^HTTP\/1.1 200/);
  });

  it("a page of another site may change nothing, and one whose name was bent to this address may not even read", async () => {
    expect(await send("POST", { "sec-fetch-site": "cross-site" })).toMatch(/^HTTP\/1.1 403[^]*CROSS_SITE/);
    expect(await send("POST", { origin: "https://evil.example" })).toMatch(/^HTTP\/1.1 403[^]*CROSS_SITE/);
    expect(await send("GET", { host: "evil.example:8080" })).toMatch(/^HTTP\/1.1 421[^]*HOST_UNKNOWN/);
  });
});

describe("pages of other origins", () => {
  it("may call only where the settings name them, and then with a key", async () => {
    const environment = { MILLRACE_API_KEY: "the key of operators", CORS_ORIGINS: "https://shop.example" };
    const named = await startServer({ environment });
    const preflight = async (url: string, origin: string) => {
      const headers = { origin, "access-control-request-method": "POST" };
      const { headers: answered } = await fetch(`${url}/predict`, { method: "OPTIONS", headers });
      return answered.get("access-control-allow-origin");
    };
    expect(await preflight(named.url, "https://shop.example")).toBe("https://shop.example");
    expect(await preflight(named.url, "https://evil.example")).toBeNull();
    expect(await preflight(server.url, "https://shop.example")).toBeNull();
    const refused = await fetch(`${named.url}/predict`, {
      method: "POST",
      headers: { origin: "https://shop.example" },
    });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    await named.stop();
  });
});

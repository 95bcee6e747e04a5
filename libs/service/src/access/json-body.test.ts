import { call } from "@millrace/testing";
import { refuseDeepJson } from "./json-body.js";
import { startServer, type ServerForTest } from "./server-for-test.js";

let server: ServerForTest;
beforeAll(async () => {
  server = await startServer({
    routes(app) {
      app.post("/echo", (request, response) => void response.json({ ...request.body, more: 1 }));
      app.post("/bodiless", (request, response) => void response.json({ body: request.body ?? "none" }));
      app.post("/bytes", async (request, response) => {
        let length = 0;
        for await (const chunk of request) length += (chunk as Buffer).length;
        response.json({ length });
      });
    },
  });
});
afterAll(() => server.stop());

const send = (path: string, body: string, type?: string) =>
  fetch(server.url + path, {
    method: "POST",
    body: new Blob([body]),
    headers: { ...(type !== undefined && { "content-type": type }) },
  }).then(async (response) => ({ status: response.status, body: (await response.json()) as Record<string, unknown> }));

describe("a JSON body", () => {
  it("may nest so deep and no deeper, where brackets in texts don't count", async () => {
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect((await call(`${server.url}/echo`, `{"a": ${nested(63)}}`)).status).toBe(200);
    for (const deep of [nested(65), `{"a": ${nested(64)}}`, '{"a":'.repeat(100_000), nested(400_000)])
      expect(await call(`${server.url}/echo`, deep)).toMatchObject({ status: 400, body: { code: "JSON_TOO_DEEP" } });
    expect(() => refuseDeepJson(Buffer.from(JSON.stringify({ a: '\\"[['.repeat(100), b: "\\" })))).not.toThrow();
    expect(() => refuseDeepJson(Buffer.from(JSON.stringify(Array.from({ length: 1000 }, () => [[]]))))).not.toThrow();
  });

  it("that names prototypes changes none", async () => {
    for (const text of [
      '{"__proto__": {"bent": 1}}',
      '{"constructor": {"prototype": {"bent": 1}}}',
      '{"\\u005f_proto__": {"bent": 1}}',
    ])
      expect((await call(`${server.url}/echo`, text)).status).toBe(200);
    expect(({} as { bent?: number }).bent).toBeUndefined();
  });

  it("of more than a megabyte is refused with 413, and of another kind with 415", async () => {
    const large = JSON.stringify({ a: "x".repeat(1_100_000) });
    expect(await send("/echo", large, "application/json")).toMatchObject({
      status: 413,
      body: { code: "BODY_TOO_LARGE" },
    });
    for (const type of ["text/plain", "application/x-www-form-urlencoded", undefined])
      expect(await send("/echo", "{}", type)).toMatchObject({ status: 415, body: { code: "MEDIA_TYPE_UNSUPPORTED" } });
    expect(await send("/echo", "{}", "application/cloudevents+json")).toMatchObject({ status: 200 });
  });

  it("is asked for only by routes that look at it", async () => {
    expect(await send("/bytes", "a,b\n1,2\n", "text/csv")).toEqual({ status: 200, body: { length: 8 } });
    expect(await send("/bodiless", "", "text/plain")).toEqual({ status: 200, body: { body: "none" } });
  });
});

describe("answers", () => {
  it("tell browsers to guess nothing, to frame nothing and to run nothing of others, and not what serves", async () => {
    const { headers } = await fetch(`${server.url}/health`);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(headers.get("strict-transport-security")).toBeNull();
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect([headers.get("server"), headers.get("x-powered-by")]).toEqual([null, null]);
  });
});

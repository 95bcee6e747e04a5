import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { call, until } from "@millrace/testing";
import { deployTo, modelWith, startReplica, type Replica } from "../inference-for-test.js";
import { formScript } from "./form-script.js";

describe("the form, where keys are configured", () => {
  const key = "a key of the form's own";
  let replica: Replica;
  beforeAll(async () => {
    replica = await startReplica({ MILLRACE_API_KEY: key });
    await deployTo(replica, modelWith(0));
    const ready = () => fetch(`${replica.url}/models/sides`, { headers: { "x-api-key": key } });
    await until("the model to serve", async () => (await ready()).status === 200);
  });
  afterAll(() => replica.stop());

  const browse = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${replica.url}${path}`, { headers: { accept: "text/html", "sec-fetch-mode": "navigate", ...headers } });

  it("asks a person for the key by a page that says nothing of any model, and says so as HTTP wants it", async () => {
    for (const path of ["/", "/models/sides/form"]) {
      const answer = await browse(path);
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="millrace"']);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(answer.headers.get("content-security-policy")).toContain("script-src 'self';");
      const text = await answer.text();
      expect(text).toContain('<label for="key">Key</label>');
      expect(text).not.toMatch(/sides|shop/);
    }
    expect(await (await browse("/models/roses/form")).text()).toBe(await (await browse("/")).text());
  });

  it("gives everybody the script of that page, and the form to who brings the key as the script does", async () => {
    const script = await fetch(`${replica.url}/form.js`);
    expect([script.status, script.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(() => new Function(formScript)).not.toThrow();
    expect(await script.text()).toBe(formScript);
    const form = await browse("/models/sides/form", { "x-api-key": key });
    expect([form.status, form.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await form.text()).toContain('<label for="f0">x</label>');
  });

  it("lets the browser ask where no script runs, and tells programs in JSON", async () => {
    const [asked] = (await once(
      get(`${replica.url}/models/sides/form?key=browser`, {
        headers: { accept: "text/html", "sec-fetch-mode": "navigate" },
      }),
      "response",
    )) as [IncomingMessage];
    asked.resume();
    expect(asked.headers["www-authenticate"]).toBe('Basic realm="millrace"');
    expect((await fetch(`${replica.url}/models/sides/form`)).headers.get("content-type")).toBe(
      "application/problem+json",
    );
    expect((await browse("/models")).headers.get("content-type")).toBe("application/problem+json");
  });
});

describe("the form", () => {
  let replica: Replica;
  beforeAll(async () => {
    replica = await startReplica();
  });
  afterAll(() => replica.stop());

  const get = async (path: string) => {
    const response = await fetch(`${replica.url}${path}`);
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  const send = async (fields: Record<string, string>) => {
    const response = await fetch(`${replica.url}/models/sides/form`, {
      method: "POST",
      body: new URLSearchParams(fields),
    });
    return { status: response.status, text: await response.text() };
  };

  it("says that no model serves, has a field for each feature of the one that does, and lists several", async () => {
    expect(await get("/")).toMatchObject({ status: 503, text: expect.stringContaining("No model serves yet") });
    await deployTo(replica, modelWith(0));
    await until("the model to serve", async () => (await call(`${replica.url}/models/sides`)).status === 200);
    const { text, type } = await get("/");
    expect(type).toContain("text/html");
    expect(text).toMatch(/<label for="f0">x<\/label>[^]*<label for="f1">shop<\/label>/);
    expect(text).toMatch(/<option value="b"\s*>b</);
    expect((await get("/models/sides/form")).text).toBe(text);
    await deployTo(replica, modelWith(1), { model: "more" });
    await until("the second to serve", async () => (await call(`${replica.url}/models/more`)).status === 200);
    expect((await get("/")).text).toMatch(/href="\/models\/sides\/form"[^]*href="\/models\/more\/form"/);
    expect((await get("/models/roses/form")).status).toBe(404);
  });

  it("answers what was sent; a comma is read as a point, and an empty field is missing", async () => {
    const { status, text } = await send({ f0: "5,5", f1: "" });
    expect([status, text]).toEqual([200, expect.stringContaining("<strong>right</strong>")]);
    expect(text).toContain('value="5,5"');
  });

  it("keeps what was typed where it is wrong, and says why", async () => {
    const { status, text } = await send({ f0: `"><script>alert(1)</script>`, f1: "a" });
    expect(status).toBe(422);
    expect(text).toContain('aria-invalid="true"');
    expect(text).not.toContain("<script>");
    expect(text).toContain("&lt;script&gt;");
  });
});

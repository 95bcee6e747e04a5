import { call, until } from "@millrace/testing";
import { deployTo, modelWith, startReplica, type Replica } from "../inference-for-test.js";

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

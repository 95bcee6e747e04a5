import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { defineService, runServices } from "@millrace/service";
import { call, temporaryFolder, until } from "@millrace/testing";
import { runCli } from "./run-cli.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
beforeAll(async () => {
  folder = await temporaryFolder("keys");
  file = join(folder.path, "keys.json");
});
afterAll(() => folder.remove());

async function millrace(...argv: string[]) {
  const said = { out: "", err: "" };
  const exit = await runCli(argv, {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    ...{ terminal: false, environment: { MILLRACE_KEYS_FILE: file }, cwd: folder.path },
  });
  return { exit, ...said };
}

describe("millrace keys", () => {
  it("makes keys that a running service takes, and ends them, without a restart", async () => {
    const shop = await millrace("keys", "create", "--name", "shop", "--scope", "predict", "--model", "iris");
    expect(shop).toMatchObject({ exit: 0, out: expect.stringMatching(/^mr_[0-9a-f]{10}_[\w-]{43}\n$/) });
    const shopKey = shop.out.trim();
    const text = await readFile(file, "utf8");
    expect(text).not.toContain(shopKey.slice(14));
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const service = defineService({
      ...{ name: "inference", http: true },
      start(_platform, app) {
        app.post("/models/:model/predict", (_request, response) => void response.json({}));
        return { stop: async () => undefined };
      },
    });
    const environment = {
      MILLRACE_KEYS_FILE: file,
      MILLRACE_DATA_DIR: folder.path,
      INFERENCE_PORT: "0",
      LOG_LEVEL: "error",
    };
    const running = await runServices("keys", [service], { environment });
    const ask = async (key: string, model = "iris") =>
      (await call(`${running.urls.inference}/models/${model}/predict`, {}, { "x-api-key": key })).status;
    expect([await ask(shopKey), await ask(shopKey, "churn"), await ask("nobody's")]).toEqual([200, 403, 401]);

    const operator = await millrace(
      "--json",
      "keys",
      "create",
      "--name",
      "operator",
      "--scope",
      "read,admin",
      "--expires",
      "30",
    );
    const { key } = JSON.parse(operator.out) as { key: string };
    await until("the new key to be known", async () => (await ask(key, "churn")) === 200);

    expect((await millrace("keys", "revoke", "shop")).out).toMatch(/is revoked/);
    await until("the revoked key to be refused", async () => (await ask(shopKey)) === 401);
    await running.stop();
  });

  it("lists what each may do and never what it is", async () => {
    const { out } = await millrace("keys", "list");
    expect(out).toMatch(/revoked +predict +iris +- .* shop\n/);
    expect(out).toMatch(/valid +read,admin +any +- .* operator\n/);
    const { keys } = JSON.parse((await millrace("--json", "keys", "list")).out) as { keys: Record<string, unknown>[] };
    expect(keys.map(({ digest, key }) => [digest, key])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it("says what is wrong with a scope, a name and a file that is not there", async () => {
    expect(await millrace("keys", "create", "--name", "a", "--scope", "write")).toMatchObject({ exit: 2 });
    expect((await millrace("keys", "revoke", "nobody")).err).toMatch(/KEY_UNKNOWN.*millrace keys list/);
    expect((await millrace("keys", "list", "--file", "")).err).toMatch(/KEYS_FILE_UNNAMED/);
    expect((await millrace("keys", "list", "--file", join(folder.path, "none"))).err).toMatch(/KEYS_FILE_MISSING/);
  });
});

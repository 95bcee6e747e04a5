import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";
import { call, until } from "@millrace/testing";
import { deployTo, modelWith, startReplica, type Replica } from "../inference-for-test.js";

const axe = createRequire(import.meta.url).resolve("axe-core");

const quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const openBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM!, args: quiet });

/** The faults that axe knows. The page allows no scripts of others, and axe is one: the context has to let it in. */
async function violationsOn(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate<{ violations: { id: string }[] }>("axe.run()");
  return found.violations.map(({ id }) => id);
}

describe("the form, in Chromium", () => {
  let replica: Replica;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    replica = await startReplica();
    await deployTo(replica, modelWith(0));
    await until("the model to serve", async () => (await call(`${replica.url}/models/sides`)).status === 200);
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await replica.stop();
  });
  beforeEach(async () => {
    const context = await browser.newContext({ bypassCSP: true });
    page = await context.newPage();
    await page.goto(`${replica.url}/`);
  });
  afterEach(() => page.context().close());

  it("is filled in by its labels and answered, with what was typed still there", async () => {
    await page.getByLabel("x", { exact: true }).fill("5");
    await page.getByLabel("shop").selectOption("a");
    await page.getByRole("button", { name: "Predict" }).click();
    await expect(page.getByRole("status").innerText()).resolves.toMatch(/^right with a probability of \d+\.\d %/);
    expect(await page.getByLabel("x", { exact: true }).inputValue()).toBe("5");
    expect(await page.getByLabel("shop").inputValue()).toBe("a");
  });

  it("is sent by the keyboard alone", async () => {
    await page.getByLabel("x", { exact: true }).focus();
    await page.keyboard.type("-5");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status").innerText()).resolves.toMatch(/^left/);
  });

  it("says beside the field what is wrong with it", async () => {
    await page.getByLabel("x", { exact: true }).fill("wide");
    await page.getByRole("button", { name: "Predict" }).click();
    await page.getByRole("alert").getByRole("link", { name: "x" }).click();
    const field = page.getByLabel("x", { exact: true });
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate("document.activeElement.id || location.hash")).toMatch(/f0$/);
  });

  it("has no fault that axe knows, neither empty nor answered nor refused", async () => {
    expect(await violationsOn(page)).toEqual([]);
    for (const typed of ["5", "wide"]) {
      await page.getByLabel("x", { exact: true }).fill(typed);
      await page.getByRole("button", { name: "Predict" }).click();
      await page.waitForSelector(typed === "wide" ? "[role=alert]" : "[role=status]");
      expect(await violationsOn(page)).toEqual([]);
    }
  });
});

describe("the form where keys are configured, in Chromium", () => {
  const key = "a key for the form in a browser";
  let replica: Replica;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    replica = await startReplica({ MILLRACE_API_KEY: key });
    await deployTo(replica, modelWith(0));
    const ready = () => fetch(`${replica.url}/models/sides`, { headers: { "x-api-key": key } });
    await until("the model to serve", async () => (await ready()).status === 200);
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await replica.stop();
  });
  const visit = async (options: Parameters<Browser["newContext"]>[0] = {}) => {
    page = await (await browser.newContext(options)).newPage();
    await page.goto(`${replica.url}/`);
  };
  afterEach(() => page.context().close());

  const enter = async (text: string) => {
    await page.getByLabel("Key").fill(text);
    await page.keyboard.press("Enter");
  };
  const predict = async (x: string) => {
    await page.getByLabel("x", { exact: true }).fill(x);
    await page.getByRole("button", { name: "Predict" }).click();
  };

  it("is shown to who types a key, keeps it for the tab, and sends it with every request but in no address", async () => {
    await visit();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(`${request.url()} ${request.postData() ?? ""}`));
    await enter("not the key, for sure");
    await page.getByRole("alert").getByText("This is no valid key.").waitFor();
    await enter(key);
    await predict("5");
    await expect(page.getByRole("status").innerText()).resolves.toMatch(/^right with a probability/);
    await predict("wide");
    await page.getByRole("alert").getByRole("link", { name: "x" }).click();
    await page.reload();
    await predict("-5");
    await expect(page.getByRole("status").innerText()).resolves.toMatch(/^left/);
    expect(asked.filter((text) => decodeURIComponent(text).includes(key))).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    await page.getByRole("button", { name: "Forget the key" }).click();
    await page.getByLabel("Key").waitFor();
    expect(await page.evaluate("sessionStorage.length + localStorage.length")).toBe(0);
  });

  it("asks for another key when the one that it has is valid no more", async () => {
    await visit();
    await page.evaluate("sessionStorage.setItem('millrace-key', 'revoked since then')");
    await page.reload();
    await page.getByRole("alert").getByText("This is no valid key.").waitFor();
  });

  it("works without a script, with the browser's own question", async () => {
    await visit({ javaScriptEnabled: false, httpCredentials: { username: "anyone", password: key } });
    const link = page.getByRole("link", { name: "Let the browser ask for the key" });
    if (await link.isVisible()) await link.click();
    await predict("5");
    await expect(page.getByRole("status").innerText()).resolves.toMatch(/^right/);
  });

  it("has no fault that axe knows, while it asks and when it is shown", async () => {
    await visit({ bypassCSP: true });
    await page.getByLabel("Key").waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await enter("not the key, for sure");
    await page.waitForFunction("document.querySelector('[role=alert]').textContent !== ''");
    expect(await violationsOn(page)).toEqual([]);
    await enter(key);
    await predict("5");
    await page.getByRole("status").waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });
});

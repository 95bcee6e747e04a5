import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";
import { call, until } from "@millrace/testing";
import { deployTo, modelWith, startReplica, type Replica } from "../inference-for-test.js";

const axe = createRequire(import.meta.url).resolve("axe-core");

describe("the form, in Chromium", () => {
  let replica: Replica;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    replica = await startReplica();
    await deployTo(replica, modelWith(0));
    await until("the model to serve", async () => (await call(`${replica.url}/models/sides`)).status === 200);
    const quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM!, args: quiet });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await replica.stop();
  });
  beforeEach(async () => {
    // The page allows no scripts, and axe is one.
    const context = await browser.newContext({ bypassCSP: true });
    page = await context.newPage();
    await page.goto(`${replica.url}/`);
  });
  afterEach(() => page.context().close());

  const violations = async () => {
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate<{ violations: { id: string }[] }>("axe.run()");
    return found.violations.map(({ id }) => id);
  };

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
    expect(await violations()).toEqual([]);
    for (const typed of ["5", "wide"]) {
      await page.getByLabel("x", { exact: true }).fill(typed);
      await page.getByRole("button", { name: "Predict" }).click();
      await page.waitForSelector(typed === "wide" ? "[role=alert]" : "[role=status]");
      expect(await violations()).toEqual([]);
    }
  });
});

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { temporaryFolder } from "@millrace/testing";
import { startStandalone, type Standalone } from "./start-standalone.js";

const page = new URL("../../../docs/inference.md", import.meta.url).pathname;
const pipelines = new URL("../../../pipelines", import.meta.url).pathname;

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }));

/** The names in a value, whatever it says: an answer need not have the figures of the page, but no other fields. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return namesIn(value[0]);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, own]) => [name, ...namesIn(own).map((inner) => `${name}.${inner}`)]);
}

describe("the page about inference", () => {
  let standalone: Standalone;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder("inference-docs");
    const environment = {
      ...{ MILLRACE_DATA_DIR: folder.path, MILLRACE_PIPELINES_DIR: pipelines },
      ...{ LOG_LEVEL: "error", GATEWAY_PORT: "0", INFERENCE_PORT: "0" },
    };
    standalone = await startStandalone({ environment, say: () => undefined });
  }, 120_000);
  afterAll(async () => {
    await standalone.stop();
    await folder.remove();
  });

  /** A call that is shown with a problem as its answer has to fail, and no other. */
  async function typed(command: string, fails: boolean): Promise<string> {
    const here = command.replaceAll("http://localhost:8000", standalone.urls.inference);
    const script = `set -euo pipefail; curl() { command curl --fail-with-body -sS "$@"; }\n${here}`;
    const ended = await promisify(execFile)("bash", ["-c", script]).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    const failed = "code" in ended;
    if (failed !== fails) throw new Error(`${command}\n${ended.stdout}\n${ended.stderr}`);
    return ended.stdout;
  }

  it("shows calls that work, and answers as they come", async () => {
    const blocks = blocksOf(await readFile(page, "utf8"));
    const calls = blocks.flatMap((block, place) =>
      block.language === "sh" ? [{ ...block, answer: blocks[place + 1] }] : [],
    );
    expect(calls.length).toBeGreaterThan(12);
    for (const { text, answer } of calls) {
      const said = await typed(text, answer?.text.includes('"status"') === true);
      if (answer?.language === "csv") expect(said.split("\n")[0]).toBe(answer.text.trim());
      if (answer?.language === "json")
        expect(namesIn(JSON.parse(said))).toEqual(expect.arrayContaining(namesIn(JSON.parse(answer.text))));
    }
  }, 60_000);
});

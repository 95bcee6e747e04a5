import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runIn, startPlatform, type PlatformForTest } from "./platform-for-test.js";

describe("the command line", () => {
  let platform: PlatformForTest;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());

  it("follows a run step by step and ends with the verdict", async () => {
    const { exit, out, err } = await platform.cli("arrive", "good");
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    // So short a step may be over before anyone has heard what it said last.
    expect(out).toMatch(
      /^run-[0-9a-f]{16}\n {2}ingest +\d+\.\d\d s *(reading good|version 1 of good is the champion)\n/,
    );
    expect(out.match(/^ {2}ingest/gm)).toHaveLength(1);
    expect(out).toMatch(/run-[0-9a-f]{16} promoted after \d+\.\d\d s: promoted good version 1: the first model\n$/);
  });

  it("says that the same data are known, unless they are to run again", async () => {
    expect((await platform.cli("arrive", "good")).out).toContain("--again makes a new run");
    const runs = async () => JSON.parse((await platform.cli("runs", "--pipeline", "good", "--json")).out).runs.length;
    const before = await runs();
    expect((await platform.cli("arrive", "good", "--again")).exit).toBe(0);
    expect(await runs()).toBe(before + 1);
  });

  it("tells a rejection and a failure by the exit code", async () => {
    const poor = await platform.cli("arrive", "poor");
    expect(poor).toMatchObject({ exit: 3, out: expect.stringContaining("rejected after") });
    expect(poor.out).toContain("dataset rejected: column age is missing");
    const broken = await platform.cli("arrive", "broken");
    expect(broken.exit).toBe(4);
    expect(broken.out).toContain("failed at ingest: SOURCE_NOT_FOUND. there is no such file. Put it there.");
  });

  it("brings what a step made, by name, and says what there is otherwise", async () => {
    const run = /run-\w+/.exec((await platform.cli("arrive", "poor", "--again")).out)![0];
    expect(await platform.cli("artifact", run, "x.txt")).toMatchObject({ exit: 0, out: "x" });
    await platform.cli("artifact", run, "x.txt", "--out", "brought.txt");
    expect(await readFile(join(platform.root, "brought.txt"), "utf8")).toBe("x");
    const unknown = await platform.cli("artifact", run, "y.txt");
    expect(unknown).toMatchObject({ exit: 1, err: expect.stringContaining("It made x.txt.") });
  });

  it("gives up following after the timeout, while the run goes on", async () => {
    const { exit, err } = await platform.cli("arrive", "stuck", "--timeout", "0.3");
    expect({ exit, err }).toEqual({
      exit: 6,
      err: expect.stringMatching(/^RUN_STILL_RUNNING: run-\w+: .* `millrace run run-/),
    });
  });

  it("does not wait when told so", async () => {
    const { exit, out } = await platform.cli("arrive", "stuck", "--no-wait", "--again");
    expect({ exit, out }).toEqual({ exit: 0, out: expect.stringMatching(/^run-[0-9a-f-]+ began\n$/) });
  });

  it("sends a source that is a file here by its absolute path", async () => {
    await writeFile(join(platform.root, "mine.csv"), "a,b\n7,8\n");
    const { out } = await platform.cli("arrive", "good", "--source", "mine.csv", "--json");
    expect(JSON.parse(out).events["data.arrived"].data.source).toBe(join(platform.root, "mine.csv"));
  });

  it("writes one JSON document when asked to", async () => {
    const { out } = await platform.cli("arrive", "good", "--again", "--json");
    expect(JSON.parse(out)).toMatchObject({
      status: "promoted",
      steps: expect.arrayContaining([expect.objectContaining({ step: "ingest" })]),
    });
    const refused = await platform.cli("--json", "run", "run-none");
    expect(refused.out).toBe("");
    expect(JSON.parse(refused.err).error.code).toBe("RUN_UNKNOWN");
  });

  it("lists runs and shows one", async () => {
    const list = await platform.cli("runs", "--status", "rejected");
    expect(list.out).toMatch(/^RUN +PIPELINE +STATUS +STARTED +SUMMARY\nrun-\w+ +poor +rejected /);
    const id = /run-[0-9a-f]{16}/.exec(list.out)![0];
    const shown = await platform.cli("run", id);
    expect(shown.out).toContain("x.txt  sha256:");
    expect(shown.out).toContain("dataset rejected: column age is missing");
  });

  it("resumes a run that failed, and names the steps when one is unknown", async () => {
    const id = JSON.parse((await platform.cli("runs", "--status", "failed", "--json")).out).runs[0].run;
    const unknown = await platform.cli("resume", id, "--from", "ingst");
    expect(unknown).toMatchObject({ exit: 1, err: expect.stringMatching(/^STEP_UNKNOWN: ingst: .*ingest, validate/) });
    expect((await platform.cli("resume", id, "--from", "ingest")).exit).toBe(4);
    expect((await platform.cli("resume", id, "--no-wait")).out).toBe(`${id} goes on from ingest\n`);
  });

  it("lists pipelines and models", async () => {
    expect((await platform.cli("pipelines")).out).toMatch(/^PIPELINE +SOURCE +TRIGGERS\nbroken +broken\.csv +none\n/);
    expect((await platform.cli("models")).out).toContain(
      "good   1       -       -        2026-01-01 00:00:00  the first model",
    );
    expect((await platform.cli("models", "good")).out).toContain("good serves version 1");
    const { exit, err } = await platform.cli("rollback", "good");
    expect({ exit, err }).toEqual({ exit: 1, err: expect.stringContaining("ROLLBACK_NOTHING_BEFORE: good: ") });
  });

  it("tells that there is no version to decide on, and what happened to a model", async () => {
    const approved = await platform.cli("approve", "good", "7", "--reason", "checked");
    expect(approved).toMatchObject({ exit: 1, err: expect.stringContaining("VERSION_UNKNOWN: good version 7: ") });
    expect((await platform.cli("reject", "good", "0")).exit).toBe(2);
    const { out } = await platform.cli("models", "good", "--history");
    expect(out).toMatch(
      /^WHEN +WHAT +VERSION +SERVES +WHO +WHY\n2026-01-02 03:04:05 +promoted +1 +1 +registry +the first/,
    );
  });

  it("lists, shows, replays and drops dead letters", async () => {
    const listed = async () => JSON.parse((await platform.cli("dead-letters", "list", "--json")).out).deadLetters;
    const [letter] = await listed();
    expect((await platform.cli("dead-letters", "list")).out).toContain("SOURCE_NOT_FOUND: there is no such file.");
    expect((await platform.cli("dead-letters", "show", letter.id)).out).toContain('"attempts"');
    expect((await platform.cli("dead-letters", "drop", letter.id)).exit).toBe(0);
    expect((await platform.cli("dead-letters", "replay", letter.id)).err).toContain("DEAD_LETTER_UNKNOWN");
    expect((await listed()).map(({ id }: { id: string }) => id)).not.toContain(letter.id);
  });

  it("has exit code 2 for wrong usage, and 0 for help", async () => {
    expect((await platform.cli("arive", "good")).exit).toBe(2);
    expect((await platform.cli("arrive")).exit).toBe(2);
    expect((await platform.cli("rollback", "good", "--to", "last")).exit).toBe(2);
    expect((await platform.cli("predict", "iris")).err).toContain("FEATURES_UNREADABLE");
    const help = await platform.cli("--help");
    expect(help).toMatchObject({ exit: 0, out: expect.stringContaining("Exit codes:") });
  });

  it("says what to do when the platform is not there", async () => {
    const { exit, out, err } = await runIn(platform.root, { MILLRACE_URL: "http://127.0.0.1:9" }, ["runs"]);
    expect({ exit, out }).toEqual({ exit: 5, out: "" });
    expect(err).toMatch(/^PLATFORM_UNREACHABLE: http:\/\/127\.0\.0\.1:9: .*millrace up/);
  });

  it("doctor finds everything embedded in order, and says what is off", async () => {
    const { exit, out } = await platform.cli("doctor", "--json");
    const states = Object.fromEntries(
      JSON.parse(out).checks.map((each: { check: string; state: string }) => [each.check, each.state]),
    );
    expect({ exit, states }).toEqual({
      exit: 0,
      states: {
        node: "ok",
        pipelines: "ok",
        broker: "ok",
        records: "ok",
        artifacts: "ok",
        tracking: "ok",
        gateway: "ok",
        inference: states.inference,
      },
    });
  });

  it("doctor says what is wrong and what to do about it", async () => {
    await writeFile(join(platform.root, "pipelines/stuck/pipeline.yaml"), "name: stuck\nsorce: {}\n");
    const { exit, out } = await runIn(platform.root, { ...platform.environment, MILLRACE_URL: "http://127.0.0.1:9" }, [
      "doctor",
    ]);
    expect(exit).toBe(1);
    expect(out).toMatch(/^wrong +pipelines .*stuck\/pipeline\.yaml:2:1/m);
    expect(out).toMatch(/^wrong +gateway .*nothing answers/m);
    const misread = await runIn(platform.root, { RABBITMQ_URL: "http://x" }, ["doctor"]);
    expect(misread).toMatchObject({ exit: 1, err: expect.stringContaining("CONFIGURATION_INVALID") });
  });
});

describe("predict", () => {
  let server: Server;
  let asked: unknown[] = [];
  const answer: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push({ path: request.url, ...JSON.parse(Buffer.concat(chunks).toString()) });
    const body = {
      prediction: "setosa",
      confidence: 0.987,
      probabilities: {},
      model: "iris",
      model_version: 3,
      prediction_id: "p1",
    };
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  };

  beforeAll(async () => {
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it("sends values by position, also negative ones, or features by name", async () => {
    asked = [];
    const environment = { MILLRACE_INFERENCE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const predict = (...argv: string[]) => runIn(".", environment, ["predict", "iris", ...argv]);
    const { exit, out } = await predict("5.1", "-3.5", "red", "");
    expect({ exit, out }).toEqual({ exit: 0, out: "setosa  98.7 %  (iris version 3, p1)\n" });
    await predict("--json-features", '{"a":1}');
    expect(asked).toEqual([
      { path: "/models/iris/predict", features: [5.1, -3.5, "red", null] },
      { path: "/models/iris/predict", features: { a: 1 } },
    ]);
  });
});

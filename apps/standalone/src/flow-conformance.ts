import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PredictResponse } from "@millrace/contracts";
import {
  arrive,
  call,
  endOfRun,
  repositoryRoot,
  startApp,
  temporaryFolder,
  until,
  type PlatformProcess,
} from "@millrace/testing";

export interface FlowSetting {
  /** Where the drivers are; a fresh place each time, so that suites don't meet. */
  environment(): Promise<Record<string, string>>;
}

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

/** The whole flow as its users see it, on whichever drivers the environment names. */
export function flowConformance(name: string, setting: FlowSetting): void {
  describe(`the whole flow on ${name}`, () => {
    let folder: Folder;
    let platform: PlatformProcess;
    let gateway: string;
    let inference: string;
    const inFolder = (...parts: string[]) => join(folder.path, ...parts);

    beforeAll(async () => {
      folder = await temporaryFolder("flow");
      await cp(join(repositoryRoot, "pipelines"), inFolder("pipelines"), { recursive: true });
      platform = await startApp("standalone", {
        MILLRACE_DATA_DIR: inFolder("data"),
        MILLRACE_PIPELINES_DIR: inFolder("pipelines"),
        ...(await setting.environment()),
      });
      [gateway, inference] = [platform.urls.gateway!, platform.urls.inference!];
    }, 60_000);

    afterAll(async () => {
      await platform?.stop();
      await folder.remove();
    }, 60_000);

    const predict = (model: string, features: unknown) =>
      call<PredictResponse>(`${inference}/models/${model}/predict`, { features });
    const served = (model: string, version: number) =>
      until(`version ${version} of ${model} to serve`, async () => {
        const { body } = await call<{ version?: number }>(`${inference}/models/${model}`);
        return body.version === version;
      });
    const versionsOf = async (model: string) =>
      (await call<{ versions: { version: number; status: string }[] }>(`${gateway}/models/${model}`)).body.versions;
    const irisWith = async (change: (csv: string) => string, file: string) => {
      const csv = await readFile(inFolder("pipelines/iris/iris.csv"), "utf8");
      await writeFile(inFolder(file), change(csv));
      return inFolder(file);
    };

    it("runs iris by itself at the first start, and answers by position and by name", async () => {
      await served("iris", 1);
      const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
      const byPosition = await predict("iris", Object.values(flower));
      const byName = await predict("iris", flower);
      expect(byPosition.status).toBe(200);
      expect(byPosition.body).toMatchObject({ prediction: "setosa", model: "iris", model_version: 1 });
      expect(byPosition.body.confidence).toBeGreaterThan(0.5);
      expect({ ...byName.body, prediction_id: "" }).toEqual({ ...byPosition.body, prediction_id: "" });
      const plain = await call<PredictResponse>(`${inference}/predict`, { features: Object.values(flower) });
      expect(plain.body.model).toBe("iris");
    }, 60_000);

    it("runs churn, with words and missing values, to the quality that scikit-learn reaches", async () => {
      const { run } = await arrive(gateway, { pipeline: "churn" });
      const ended = await endOfRun(gateway, run);
      expect(ended.status).toBe("promoted");
      const { challenger } = ended.events["model.approved"]!.data as { challenger: Record<string, number> };
      expect(challenger.roc_auc).toBeGreaterThan(0.82);
      await served("churn", 1);
      const { body } = await call<{ features: { name: string; example: unknown }[] }>(`${inference}/models/churn`);
      const example = Object.fromEntries(body.features.map((feature) => [feature.name, feature.example]));
      expect((await predict("churn", { ...example, TotalCharges: null })).body.prediction).toMatch(/^(Yes|No)$/);
    }, 60_000);

    it("makes one run and one version of the same event sent five times, two of them at once", async () => {
      const source = await irisWith((csv) => csv.replace("5.1,3.5,1.4,0.2", "5.2,3.5,1.4,0.2"), "again.csv");
      const event = {
        ...{ specversion: "1.0", id: "the-same", source: "/test", type: "data.arrived" },
        data: { pipeline: "iris", source },
      };
      const before = (await versionsOf("iris")).length;
      const answers = await Promise.all([call(`${gateway}/events`, event), call(`${gateway}/events`, event)]);
      for (let i = 0; i < 3; i++) answers.push(await call(`${gateway}/events`, event));
      const runs = new Set(answers.map(({ body }) => body.run));
      expect(runs.size).toBe(1);
      await endOfRun(gateway, [...runs][0] as string);
      const { body } = await call<{ runs: { run: string }[] }>(`${gateway}/runs?pipeline=iris`);
      expect(body.runs.filter(({ run }) => runs.has(run))).toHaveLength(1);
      expect((await versionsOf("iris")).length - before).toBe(1);
    }, 60_000);

    it("starts a run for a folder only when _SUCCESS lies in it", async () => {
      const incoming = inFolder("pipelines/iris/incoming");
      await mkdir(incoming, { recursive: true });
      const source = await irisWith((csv) => csv.replace("4.9,3,1.4,0.2", "4.8,3,1.4,0.2"), "new.csv");
      const runsOf = async () =>
        (await call<{ runs: { run: string; status: string }[] }>(`${gateway}/runs?pipeline=iris`)).body.runs;
      const before = (await runsOf()).length;
      await rename(source, join(incoming, "new.csv"));
      // Longer than the trigger's own look: a file alone has had its chance.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(await runsOf()).toHaveLength(before);
      await writeFile(join(incoming, "_SUCCESS"), "");
      const [run] = await until("a run to begin", async () => {
        const runs = await runsOf();
        return runs.length > before && runs;
      });
      expect((await endOfRun(gateway, run!.run)).status).toMatch(/promoted|rejected/);
    }, 60_000);

    describe("with bad input", () => {
      const rejected = async (source: string, pipeline = "iris") => {
        const before = await predict("iris", [5.1, 3.5, 1.4, 0.2]);
        const { run } = await arrive(gateway, { pipeline, source });
        const ended = await endOfRun(gateway, run);
        const after = await predict("iris", [5.1, 3.5, 1.4, 0.2]);
        expect(after.body.model_version).toBe(before.body.model_version);
        return ended;
      };

      it("names the column that is missing, and goes on serving", async () => {
        const source = await irisWith((csv) => csv.replace(/^([^,]+),[^,]+,/gm, "$1,"), "missing.csv");
        const ended = await rejected(source);
        expect(ended.status).toBe("rejected");
        expect(ended.summary).toMatch(/sepal_width.*missing.*schema\.yaml/);
      }, 60_000);

      it("names the values of the wrong type", async () => {
        const source = await irisWith((csv) => csv.replace("6.3,3.3,6,2.5", "wide,3.3,6,2.5"), "types.csv");
        expect((await rejected(source)).summary).toMatch(/sepal_length.*"wide"/);
      }, 60_000);

      it.each([
        ["an empty file", "empty.csv", "", /empty/],
        [
          "a file with a header only",
          "header.csv",
          "sepal_length,sepal_width,petal_length,petal_width,species\n",
          /no rows/i,
        ],
      ])(
        "says of %s what it is and what to do",
        async (_what, file, text, sentence) => {
          await writeFile(inFolder(file), text);
          const ended = await rejected(inFolder(file));
          expect(ended.status).toBe("failed");
          expect(ended.summary).toMatch(sentence);
          expect(ended.summary).toContain(file);
        },
        60_000,
      );

      it("says that a directory is no file, and that a file is not there", async () => {
        await mkdir(inFolder("folder.csv"), { recursive: true });
        expect((await rejected(inFolder("folder.csv"))).summary).toMatch(/director/);
        expect((await rejected(inFolder("nowhere.csv"))).summary).toMatch(/nowhere\.csv.*no such file/);
      }, 60_000);

      it("answers malformed JSON, an unknown pipeline and an unknown event at once", async () => {
        expect(await call(`${gateway}/events`, "{not json")).toMatchObject({ status: 400 });
        const unknown = await call(`${gateway}/events`, { pipeline: "nobody" });
        expect(unknown).toMatchObject({ status: 404, body: { code: "PIPELINE_UNKNOWN" } });
        expect(JSON.stringify(unknown.body)).toContain("iris");
        const event = { specversion: "1.0", id: "1", source: "/test", type: "data.arived", data: {} };
        expect(await call(`${gateway}/events`, event)).toMatchObject({ status: 400, body: { code: "EVENT_UNKNOWN" } });
      });

      it("names the line of a mistake in pipeline.yaml", async () => {
        await mkdir(inFolder("pipelines/broken"), { recursive: true });
        await writeFile(
          inFolder("pipelines/broken/pipeline.yaml"),
          "name: broken\nsource: { path: a.csv }\ntarget: { colum: x }\n",
        );
        const { status, body } = await call(`${gateway}/events`, { pipeline: "broken" });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(JSON.stringify(body)).toMatch(/pipeline\.yaml:3:11 .*colum/);
      });

      it("points at each wrong feature of a prediction", async () => {
        const { status, body } = await predict("iris", { sepal_length: "wide", petal_colour: 1 });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(JSON.stringify(body)).toMatch(/sepal_length/);
        expect(JSON.stringify(body)).toMatch(/petal_colour/);
        expect((await predict("iris", [1, 2])).status).toBeGreaterThanOrEqual(400);
        expect((await predict("roses", [1])).status).toBe(404);
      });
    });

    it("rolls back to the version before, and says when there is none", async () => {
      const { body: models } = await call<{
        deployment: { champion: { version: number }; previous?: { version: number } };
      }>(`${gateway}/models/iris`);
      const { champion, previous } = models.deployment;
      expect(previous).toBeDefined();
      const rolled = await call(`${gateway}/models/iris/rollback`, { reason: "a test" });
      expect(rolled.status).toBe(200);
      await served("iris", previous!.version);
      expect(previous!.version).not.toBe(champion.version);
      expect((await call(`${gateway}/models/churn/rollback`, {})).status).toBeGreaterThanOrEqual(400);
    }, 60_000);
  });
}

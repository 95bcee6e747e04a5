import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  cell,
  type datasetIngested,
  type datasetTransformed,
  type DataOf,
  type Emission,
  type PipelineSpec,
  type Table,
} from "@millrace/contracts";
import { ingestion } from "@millrace/ingestion";
import { compileRow, decodeNpy, type Matrix, type PreprocessorState } from "@millrace/learning";
import { makeSample } from "@millrace/samples";
import { readJson, readTableArtifact, runServices, type ServiceDefinition } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { transformation } from "@millrace/transformation";
import { validation } from "@millrace/validation";

const ROWS = 10_000;
const worked = new URL("../../../pipelines/", import.meta.url).pathname;

/** Where each pipeline finds its files, and which features of a training row are not as they are served. */
const pipelines = {
  "network-security": { place: "incoming", arrival: "incoming/network-security.csv" },
  // The encoding by the target of a training row does not know that row's own target.
  "vehicle-insurance": {
    place: "incoming",
    arrival: "incoming/vehicle-insurance.csv",
    crossFitted: ["Region_Code", "Policy_Sales_Channel"],
  },
  "customer-events": { place: "data/new" },
  iris: { place: "incoming", arrival: "incoming/iris.csv" },
  churn: { place: "incoming", arrival: "incoming/churn.csv" },
} as const;

interface Place {
  readonly place: string;
  readonly arrival?: string;
  readonly crossFitted?: readonly string[];
}

type Transformed = DataOf<typeof datasetTransformed>;

async function layOut(folder: string, name: string, { place }: Place): Promise<void> {
  await mkdir(join(folder, name, place), { recursive: true });
  await copyFile(join(worked, name, "pipeline.yaml"), join(folder, name, "pipeline.yaml"));
  for (const { file, lines } of makeSample(name, { rows: ROWS, seed: 7 }).files)
    await writeFile(join(folder, name, place, file), [...lines()].join(""));
}

const rowOf = ({ columns }: Table, inputs: readonly string[], row: number): Record<string, unknown> =>
  Object.fromEntries(
    columns.filter(({ name }) => inputs.includes(name)).map((column) => [column.name, cell(column, row)]),
  );

function largestGap(served: ArrayLike<number>, learned: ArrayLike<number>, ignored: ReadonlySet<number>): number {
  let gap = served.length === learned.length ? 0 : Infinity;
  for (let at = 0; at < served.length; at++) {
    if (ignored.has(at) || (Number.isNaN(served[at]) && Number.isNaN(learned[at]))) continue;
    const distance = Math.abs(served[at]! - learned[at]!);
    gap = distance <= gap ? gap : distance;
  }
  return gap;
}

describe("rows that are served", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  const open = () => openStepBench((environment) => runServices("test", [], { environment }));
  beforeAll(async () => {
    bench = await open();
  });
  afterAll(() => bench.close());

  async function perform({ steps }: ServiceDefinition, data: object): Promise<object> {
    const settings = { ...bench.platform.settings, MILLRACE_PIPELINES_DIR: join(bench.folder, "pipelines") };
    const { spec } = data as { spec?: DataOf<typeof datasetIngested>["spec"] };
    const pipeline = spec && ((await readJson(bench.platform.artifacts, spec)) as PipelineSpec);
    const said: Emission | undefined = await steps![0]!.run(data, { ...bench.context({ pipeline }), settings });
    return said!.data as object;
  }

  async function gapOn(side: "train" | "test", made: Transformed, crossFitted: readonly string[]): Promise<number> {
    const { artifacts } = bench.platform;
    const raw = await readTableArtifact(artifacts, made.dataset[side]);
    const learned = decodeNpy(await artifacts.get(made.arrays[`${side}X`])) as Matrix;
    const compiled = compileRow((await readJson(artifacts, made.preprocessor)) as PreprocessorState);
    const ignored = new Set(side === "train" ? crossFitted.map((name) => made.features.indexOf(name)) : []);
    let gap = raw.rows === learned.rows ? 0 : Infinity;
    for (let row = 0; row < raw.rows; row++) {
      const values = learned.values.subarray(row * learned.columns, (row + 1) * learned.columns);
      gap = Math.max(gap, largestGap(compiled(rowOf(raw, made.inputs, row)), values, ignored));
    }
    return gap;
  }

  it.each(Object.entries(pipelines) as [string, Place][])(
    "have the features that %s learns from, to a millionth on 10,000 rows",
    async (name, place) => {
      await layOut(join(bench.folder, "pipelines"), name, place);
      const ingested = await perform(ingestion, {
        pipeline: name,
        ...(place.arrival && { source: join(bench.folder, "pipelines", name, place.arrival) }),
      });
      const made = (await perform(transformation, await perform(validation, ingested))) as Transformed;
      const { rows } = made.dataset;
      expect(rows.train + rows.test).toBeGreaterThan(0.95 * ROWS);
      const { crossFitted = [] } = place;
      expect(await gapOn("train", made, crossFitted)).toBeLessThanOrEqual(1e-6);
      expect(await gapOn("test", made, crossFitted)).toBeLessThanOrEqual(1e-6);
    },
  );
});

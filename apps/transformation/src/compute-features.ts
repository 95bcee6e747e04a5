import {
  columnNamed,
  type ArtifactRef,
  type DataOf,
  type datasetValidated,
  type PipelineSpec,
  type Table,
} from "@millrace/contracts";
import {
  labelsOf,
  sharedTable,
  sharedValues,
  takeRows,
  workAll,
  type FoldData,
  type Labels,
  type RowSplit,
} from "@millrace/learning";
import { readTableArtifact, writeTableArtifact, type StepContext } from "@millrace/service";
import { columnsDerivedFrom, refuseDroppedDerived } from "./derivations.js";
import { rowFoldsOf } from "./folds-of.js";
import { inFold } from "./in-fold.js";
import { resamplingBy, stepsOf } from "./steps-of.js";
import { storeFold } from "./store-arrays.js";
import { storeTransformed } from "./store-transformed.js";
import type { Features } from "./features.js";
import { doTransformJob, type Preparing, type Transformed, type TransformJob } from "./transform-job.js";
import { threads, transformInThread } from "./transform-pool.js";

type Context = Pick<StepContext, "artifacts" | "progress" | "signal"> & { readonly pipeline: PipelineSpec };
type Dataset = DataOf<typeof datasetValidated>["dataset"];

/** Up to so many cells a job is done before a thread could have been asked. */
const SMALL = 30_000;
/** From so many cells on only one job is in hand at a time: its matrices are what takes the memory. */
const LARGE = 20_000_000;
/** What the evaluator measures on training rows. */
const SAMPLE_ROWS = 20_000;

/** Everything that is made of a dataset: arrays, preprocessor, folds and reports, all of it stored. */
export async function computeFeatures(
  dataset: Dataset,
  columns: readonly string[],
  context: Context,
): Promise<Features> {
  const { pipeline, artifacts, progress } = context;
  const read = (side: ArtifactRef) => readTableArtifact(artifacts, side);
  const [train, test] = await Promise.all([read(dataset.train), read(dataset.test)]);
  const labels = labelsOf(columnNamed(train, pipeline.target.column)!);
  const testY = labelsOf(columnNamed(test, pipeline.target.column)!, labels.classes).codes;
  const { of, needed } = preparingOf(pipeline, columns, train, labels);
  const splits = rowFoldsOf(pipeline, train, labels);
  const { work, limit } = workersFor(of.table, context);
  const [transformed, ...folds] = await workAll<RowSplit | undefined, Partial<Features> | StoredFold>(
    [undefined, ...splits],
    limit,
    async (split, index) => {
      if (split === undefined) {
        const made = (await work({ kind: "all", of, test: only(test, needed) })) as Transformed;
        progress(`${made.state.inputs.length} columns became ${made.state.outputs.length} features`);
        return storeTransformed(context, made, { trainY: of.y, testY });
      }
      const fold = await inFold(index, splits.length, () => work({ kind: "fold", of, split }));
      progress(`fold ${index} of ${splits.length} is ready`, { done: index, total: splits.length });
      return storeFold(artifacts, index - 1, fold as FoldData);
    },
  );
  return {
    ...(transformed as Omit<Features, "folds" | "classes">),
    ...{ classes: [...labels.classes], folds: folds as StoredFold[] },
    ...(await sampleOf(train, artifacts)),
  };
}

type StoredFold = Awaited<ReturnType<typeof storeFold>>;

function preparingOf(
  pipeline: PipelineSpec,
  columns: readonly string[],
  table: Table,
  { codes, classes }: Labels,
): { of: Preparing; needed: readonly string[] } {
  const { features, target, split } = pipeline;
  refuseDroppedDerived(features.drop, features.derive);
  const inputs = columns
    .filter((name) => name !== target.column && !features.drop.includes(name))
    .filter((name) => columnNamed(table, name) !== undefined);
  const needed = [...new Set([...inputs, ...columnsDerivedFrom(features.derive, table, target.column)])];
  const preparing = { features: inputs, preprocess: stepsOf(pipeline), resampling: resamplingBy(pipeline) };
  return { needed, of: { table: only(table, needed), y: codes, classes, seed: split.seed, ...preparing } };
}

/** A table of the named columns that are there. */
const only = ({ rows, columns }: Table, names: readonly string[]): Table => ({
  rows,
  columns: columns.filter(({ name }) => names.includes(name)),
});

/** The same work in threads, or right here where it is shorter than the way to a thread. */
function workersFor({ rows, columns }: Table, { signal }: Context) {
  const cells = rows * columns.length;
  const here = async (job: TransformJob) => {
    signal.throwIfAborted();
    return doTransformJob(job);
  };
  if (cells <= SMALL) return { work: here, limit: 1 };
  const shared = new WeakMap<Preparing, Preparing>();
  const share = (of: Preparing): Preparing => {
    const known = shared.get(of) ?? { ...of, table: sharedTable(of.table), y: sharedValues(of.y) };
    shared.set(of, known);
    return known;
  };
  const work = (job: TransformJob) => transformInThread({ ...job, of: share(job.of) }, { signal });
  return { work, limit: cells > LARGE ? 1 : threads };
}

async function sampleOf(train: Table, artifacts: Context["artifacts"]): Promise<{ sample?: ArtifactRef }> {
  if (train.rows <= SAMPLE_ROWS) return {};
  const rows = Int32Array.from({ length: SAMPLE_ROWS }, (_, index) => Math.floor((index * train.rows) / SAMPLE_ROWS));
  return { sample: await writeTableArtifact(artifacts, "train-sample.parquet", takeRows(train, rows)) };
}

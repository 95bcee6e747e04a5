import { join } from "node:path";
import type { ArtifactRef, DataOf, datasetIngested } from "@millrace/contracts";
import { encodeNpy } from "@millrace/learning";
import { writeJson } from "@millrace/service";
import type { Staging } from "@millrace/tables";
import type { Means } from "./means.js";
import type { Side } from "./scan-sides.js";
import type { SplitDataset } from "./split-dataset.js";

type Ingested = DataOf<typeof datasetIngested>;
type Stored = Pick<
  Ingested,
  "train" | "test" | "rowNumbers" | "statistics" | "csv" | "rows" | "columns" | "duplicates"
>;

const parquet = "application/vnd.apache.parquet";

/** Puts a dataset that was found good into the artifact store, by the digests of its files. */
export async function storeDataset(
  dataset: SplitDataset,
  csv: boolean,
  staging: Staging,
  means: Means,
): Promise<Stored> {
  const { artifacts } = means.context;
  const { rows, columns, outcome, scanned, paths } = dataset;
  const put = (side: Side) => artifacts.putFile(paths[side], { mediaType: parquet, name: `${side}.parquet` });
  return {
    rows: { total: rows, train: outcome.train, test: outcome.test },
    train: await put("train"),
    test: await put("test"),
    columns: columns.map(({ name, kind }) => ({ name, kind })),
    duplicates: { rows: outcome.duplicates.rows, leaked: Math.round(outcome.duplicates.leaked * 10) / 10 },
    statistics: await writeJson(artifacts, "statistics.json", { rows, columns: scanned.statistics }),
    rowNumbers: { train: await putNumbers("train", staging, means), test: await putNumbers("test", staging, means) },
    ...(csv && { csv: { train: await putCsv("train", staging, means), test: await putCsv("test", staging, means) } }),
  };
}

async function putNumbers(side: Side, staging: Staging, { context }: Means): Promise<ArtifactRef> {
  const bytes = encodeNpy(await staging.rowNumbers(side));
  return context.artifacts.put(bytes, { mediaType: "application/octet-stream", name: `${side}-rows.npy` });
}

async function putCsv(side: Side, staging: Staging, { workFolder, context }: Means): Promise<ArtifactRef> {
  const path = join(workFolder, `${side}.csv`);
  await staging.write(side, path, "csv");
  return context.artifacts.putFile(path, { mediaType: "text/csv", name: `${side}.csv` });
}

import type { Digest } from "@millrace/contracts";
import { defineCollection, type RecordStore } from "@millrace/storage";

/** That a model was judged by test rows: once a run, however often the step is done again. */
export interface Look {
  /** The digest of the test rows. */
  test: Digest;
  pipeline: string;
  run: string;
  /** The digest of the model's package. */
  model: string;
  at: string;
}

/** Keyed by the test rows, the run and the model. */
export const lookCollection = defineCollection<Look>({ name: "looks", indexes: { byTest: ["test", "at"] } });

export interface Looks {
  /** How many different models these rows have judged. The same model once more tells nothing new. */
  readonly models: number;
  readonly runs: number;
}

/** Written down before the rows are served: a look is none the less one if the process dies of it. */
export async function recordLook(look: Look, records: RecordStore): Promise<Looks> {
  const looks = records.records(lookCollection);
  await looks.putIfAbsent(`${look.test}/${look.run}/${look.model}`, look);
  const [models, runs] = [new Set<string>(), new Set<string>()];
  let after: string | undefined;
  do {
    const page = await looks.query({ index: "byTest", equals: { test: look.test }, limit: 1000, after });
    for (const { value } of page.records) {
      models.add(value.model);
      runs.add(value.run);
    }
    after = page.next;
  } while (after !== undefined);
  return { models: models.size, runs: runs.size };
}

/** A warning for the verdict where the same rows have judged many models. */
export function warningOf({ models }: Looks, most: number): string | undefined {
  if (models <= most) return undefined;
  return (
    `These test rows have judged ${models} models, more than ${most}: the best of so many fits these rows by luck as well ` +
    "(adaptive overfitting), and new rows will show less. Judge by new data."
  );
}

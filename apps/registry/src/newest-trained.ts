import { modelTrained, ProblemError, type DataOf } from "@millrace/contracts";
import { openManifests, versionCollection, type StepContext } from "@millrace/service";

type Trained = DataOf<typeof modelTrained>;
type Context = Pick<StepContext, "records" | "artifacts">;

/** What the newest model of that name learned from and was judged by, as far as its test rows are still there. */
export async function newestTrained(model: string, { records, artifacts }: Context): Promise<Trained> {
  const versions = records.records(versionCollection);
  let after: string | undefined;
  do {
    const page = await versions.query({ index: "byModel", equals: { model }, order: "desc", limit: 50, after });
    for (const { value } of page.records) {
      const trained = await trainedBy(value.run, records);
      if (trained !== undefined && (await artifacts.has(trained.dataset.test))) return trained;
    }
    after = page.next;
  } while (after !== undefined);
  throw nothingToJudgeBy(model);
}

async function trainedBy(run: string, records: Context["records"]): Promise<Trained | undefined> {
  const said = (await openManifests(records).ofRun(run)).flatMap(({ output }) => output);
  const trained = said.find(({ type }) => type === modelTrained.type);
  const read = trained && modelTrained.schema.safeParse(trained.data);
  return read?.success ? read.data : undefined;
}

const nothingToJudgeBy = (model: string): ProblemError =>
  new ProblemError({
    code: "NOTHING_TO_JUDGE_BY",
    where: model,
    message:
      "no model of that name was trained here, or its test rows were collected: there are no rows to judge it by.",
    remedy: `Run the pipeline once (\`millrace arrive ${model}\`), or import it without --judge.`,
  });

import type { ArtifactRef, DataOf, modelTrained } from "@millrace/contracts";
import { writeJson, type StepContext } from "@millrace/service";
import { reportOf, type Findings } from "./report.js";
import { reportPage } from "./report-page.js";

type Trained = DataOf<typeof modelTrained>;
type Context = StepContext<typeof modelTrained>;

/** The report for machines and the one for people. The same data give the same bytes. */
export async function writeReport(
  trained: Trained,
  findings: Findings,
  { artifacts, pipeline }: Context,
): Promise<{ report: ArtifactRef; page: ArtifactRef }> {
  const report = reportOf(trained, findings, pipeline);
  const page = Buffer.from(reportPage(report));
  return {
    report: await writeJson(artifacts, "evaluation.json", report),
    page: await artifacts.put(page, { mediaType: "text/html; charset=utf-8", name: "evaluation.html" }),
  };
}

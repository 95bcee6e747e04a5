import {
  artifactRef,
  dataOf,
  modelDeployed,
  type ArtifactRef,
  type Manifest,
  type RunRecord,
  type RunStep,
} from "@millrace/contracts";
import type { Manifests } from "@millrace/service";
import { flow } from "./flow.js";
import { lastWords, stepsOf } from "./run-status.js";

export interface StepView extends RunStep {
  seconds?: number;
  reusedFrom?: string;
  artifacts: ArtifactRef[];
}

export type RunView = Omit<RunRecord, "steps"> & { steps: StepView[] };
export type RunLine = Omit<RunRecord, "steps" | "events">;

/** A run in a list. */
export function runLine({ steps: _steps, events: _events, ...line }: RunRecord): RunLine {
  return line;
}

/** A run with what each step did: how long it took, whether another run had done it, and what it made. */
export async function runView(record: RunRecord, manifests: Manifests): Promise<RunView> {
  const written = new Map((await manifests.ofRun(record.run)).sort(byEnd).map((manifest) => [manifest.step, manifest]));
  const known = stepsOf(record);
  const names = [...new Set([...Object.keys(known), ...written.keys()])].sort(byFlow);
  const steps = names.map((step) => stepView(step, { ...record, steps: known }, written.get(step)));
  return { ...record, steps };
}

const byEnd = (a: Manifest, b: Manifest): number => (a.finishedAt < b.finishedAt ? -1 : 1);
const place = (step: string): number =>
  (flow.findIndex((each) => each.step === step) + flow.length + 1) % (flow.length + 1);
const byFlow = (a: string, b: string): number => place(a) - place(b);

function stepView(name: string, { steps, events }: RunRecord, manifest: Manifest | undefined): StepView {
  const known = steps[name];
  if (manifest === undefined) return { ...known!, ...loadTime(name, events), artifacts: [] };
  const given = new Set(artifactsIn(events[manifest.eventType]?.data).map(({ digest }) => digest));
  const said = artifactsIn(manifest.output.map(({ data }) => data));
  return {
    ...(known === undefined ? { step: name, state: "done", at: manifest.finishedAt } : settled(known, manifest)),
    seconds: (Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt)) / 1000,
    ...(manifest.reusedFrom !== undefined && { reusedFrom: manifest.reusedFrom }),
    artifacts: said.filter(({ digest }) => !given.has(digest)),
  };
}

/** Inference writes no manifest: how long it took to load the model is in its event. */
function loadTime(name: string, events: RunRecord["events"]): { seconds?: number } {
  const deployed = events[modelDeployed.type];
  if (name !== "deploy" || deployed === undefined) return {};
  return { seconds: dataOf(modelDeployed, deployed).loadSeconds };
}

/** A step that says nothing when it ends is done once its manifest is written. */
function settled(step: RunStep, manifest: Manifest): RunStep {
  if (step.state === "done" || manifest.finishedAt < step.at) return step;
  return { ...step, state: "done", at: manifest.finishedAt, message: lastWords(step, manifest.output[0]) };
}

/** Every artifact that is named somewhere in the data, once. */
export function artifactsIn(data: unknown): ArtifactRef[] {
  const found = new Map<string, ArtifactRef>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    const ref = artifactRef.safeParse(value);
    if (ref.success) return void found.set(ref.data.digest, ref.data);
    Object.values(value).forEach(visit);
  };
  visit(data);
  return [...found.values()];
}

import type { DeploymentRecord } from "@millrace/contracts";
import type { Life } from "./life-for-test.js";

/** What is wrong with what is left of a life, if anything. */
export function whatIsWrong({ model, versions, generations, deployment, alias, approved, said }: Life): string[] {
  const wrong: string[] = [];
  const must = (holds: boolean, what: string) => void (holds || wrong.push(`${model}: ${what}`));
  const unique = (values: readonly unknown[]) => new Set(values).size === values.length;
  const versionOf = (number: number) => versions.find(({ version }) => version === number)!;
  must(versions.length === 3 && unique(versions.map(({ run }) => run)), `${versions.length} versions of 3 runs`);
  must(unique(versions.map(({ trackingVersion }) => trackingVersion)), "two versions are one on the tracking server");
  must(
    generations.every(({ generation }, at) => generation === at + 1),
    "a generation is missing or double",
  );
  must(same(generations.at(-1), deployment), "the deployment is not its last generation");
  must(generations.filter(madeB).length === (approved ? 1 : 0), `approved ${approved}, and yet not so deployed`);
  must(approved || versionOf(2).status === "rejected", "a version that was refused is not rejected");
  must(
    generations.every(({ change }, at) => isAllowed(change?.kind, generations[at - 1])),
    "a change from nowhere",
  );
  must(versionOf(deployment.champion.version).status === "approved", "a rejected version serves");
  must(deployment.rollout === undefined, "the rollout never ended");
  must(alias === versionOf(deployment.champion.version).trackingVersion, "the alias is on another version");
  const ended = generations.filter(
    ({ change }) => change?.kind === "rollout-completed" || change?.takenBack !== undefined,
  );
  must(ended.length === 1, `the rollout ended ${ended.length} times`);
  must(
    ended.every((end) => said.some(({ data }) => tellsOf(data as DeploymentRecord, end))),
    "the end was not told",
  );
  return wrong;
}

const madeB = ({ change }: DeploymentRecord): boolean => change?.kind === "promoted" && change.version === 2;
const tellsOf = (data: DeploymentRecord, { model, generation }: DeploymentRecord): boolean =>
  data.model === model && data.generation === generation;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const isAllowed = (kind: string | undefined, before: DeploymentRecord | undefined): boolean =>
  !["rollout-advanced", "rollout-completed", "rollout-aborted"].includes(kind!) || before?.rollout !== undefined;

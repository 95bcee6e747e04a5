import type { ArtifactRef, ColumnSchema, Finding, PipelineSpec } from "@millrace/contracts";
import { compareProfiles, type Profile } from "@millrace/drift";
import { readJson, type StepContext } from "@millrace/service";
import { findingOf } from "./column-findings.js";
import type { FindingCode } from "./finding-codes.js";
import type { Reference } from "./reference.js";
import type { References } from "./references.js";
import type { SeverityRules } from "./severity-of.js";

interface Parts {
  readonly pipeline: PipelineSpec;
  readonly rules: SeverityRules;
  readonly schema: ReadonlyMap<string, ColumnSchema>;
  readonly references: References;
}

export interface DriftOutcome {
  readonly findings: readonly Finding[];
  readonly reference: Reference | undefined;
}

interface Against {
  readonly code: FindingCode;
  readonly name: string;
  readonly remedy: string;
  readonly profile: ArtifactRef | undefined;
}

/** Where the distributions are no longer those of the last dataset, of the champion's training rows or of what it is asked. */
export async function driftFindings(
  profile: Profile,
  parts: Parts,
  artifacts: StepContext["artifacts"],
): Promise<DriftOutcome> {
  const found: { findings: Finding[]; reference: Reference }[] = [];
  for (const against of comparisons(parts.references)) {
    if (against.profile === undefined) continue;
    const reference = { name: against.name, profile: (await readJson(artifacts, against.profile)) as Profile };
    found.push({ reference, findings: findingsAgainst(profile, reference, against, parts) });
  }
  const findings = [...found.flatMap((each) => each.findings), ...withoutReference(parts)];
  return { findings, reference: found[0]?.reference };
}

/** The champion's own dataset may be the previous one: the same comparison twice says nothing more. */
function comparisons({ previous, champion, serving }: References): Against[] {
  const ofChampion = champion?.profile?.profile;
  const same = ofChampion !== undefined && ofChampion.digest === previous?.profile.digest;
  return [
    {
      ...{ code: "DRIFT_PREVIOUS", name: "the previous dataset", profile: previous?.profile },
      remedy: "Look what changed at the source; if it is to stay, train on enough data of the new kind.",
    },
    {
      ...{ code: "DRIFT_CHAMPION", name: `the training data of version ${champion?.version}` },
      profile: same ? undefined : ofChampion,
      remedy: "The model that serves has not learned from such data: watch how it does, or train anew.",
    },
    {
      ...{ code: "SKEW_SERVING", name: "what the model is asked when it serves", profile: serving?.profile },
      remedy: "Look whether the column is made in another way for serving than for training.",
    },
  ];
}

function findingsAgainst(profile: Profile, reference: Reference, against: Against, parts: Parts): Finding[] {
  const { pipeline, rules, schema } = parts;
  const { effect: least, rate } = pipeline.validate.drift;
  const { columns } = compareProfiles(reference.profile, profile, { effect: least, rate });
  return columns.flatMap(({ name: column, drifted, effect, sentence }) => {
    if (!drifted) return [];
    const isTarget = column === pipeline.target.column;
    if (isTarget && against.code === "SKEW_SERVING") return [];
    const wanted = schema.get(column);
    return findingOf({ rules, ...(wanted !== undefined && { wanted }) }, isTarget ? "TARGET_DRIFT" : against.code, {
      ...{ column, effect },
      message: `"${column}" is distributed otherwise than in ${against.name} (effect ${effect.toFixed(2)}): ${sentence}.`,
      remedy: against.remedy,
    });
  });
}

function withoutReference({ references: { champion }, rules }: Parts): Finding[] {
  if (champion === undefined || champion.profile !== undefined) return [];
  return findingOf({ rules }, "REFERENCE_MISSING", {
    message: `There is no profile of the data that version ${champion.version} was trained on: drift against it cannot be told.`,
    remedy: "Nothing is to be done: the next version that is trained has one.",
  });
}

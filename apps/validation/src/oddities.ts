import type { ColumnSchema, Finding, PipelineSpec } from "@millrace/contracts";
import type { ColumnProfile, NumberProfile, Profile, TextProfile } from "@millrace/drift";
import { findingOf } from "./column-findings.js";
import { listed, percent } from "./in-words.js";
import type { SeverityRules } from "./severity-of.js";
import { alikeCategories, dateForms, outlyingShapes } from "./text-oddities.js";

interface Parts {
  readonly rules: SeverityRules;
  readonly pipeline: PipelineSpec;
  readonly schema: ReadonlyMap<string, ColumnSchema>;
}

/** Of fewer rows nobody can tell what is usual. */
const enough = 50;
const identifying = 0.98;
const drop = "Add it to features.drop in pipeline.yaml";

/** What breaks no rule and still harms or hides: columns that say nothing, or name the row, or are written in two ways. */
export function oddities(profile: Profile, { rules, pipeline, schema }: Parts): Finding[] {
  return profile.columns.flatMap((column) => {
    const wanted = schema.get(column.name);
    const told = { rules, ...(wanted !== undefined && { wanted }) };
    if (column.name === pipeline.target.column) return [...targetOddities(column, told), ...textOddities(column, told)];
    return [...emptyOrConstant(column, told), ...identifier(column, told, pipeline), ...textOddities(column, told)];
  });
}

type Told = Parameters<typeof findingOf>[0];

const presentIn = ({ rows, missing }: ColumnProfile): number => rows - missing;

/** The only value there is; undefined where there are several or none. */
function onlyValue(column: ColumnProfile): string | undefined {
  if (column.kind === "text") return column.top.length === 1 && column.others === 0 ? column.top[0]![0] : undefined;
  return column.min !== undefined && column.min === column.max && column.infinite === 0
    ? String(column.min)
    : undefined;
}

function emptyOrConstant(column: ColumnProfile, told: Told): Finding[] {
  const { name, rows } = column;
  const about = { column: name, rows, remedy: `${drop}, or look why nothing else arrives.` };
  if (presentIn(column) === 0 && rows > 0)
    return findingOf(told, "COLUMN_EMPTY", { ...about, message: `No row has a value of "${name}".` });
  const only = onlyValue(column);
  if (only === undefined || presentIn(column) < enough || column.missing > 0) return [];
  return findingOf(told, "COLUMN_CONSTANT", {
    ...about,
    message: `Every value of "${name}" is ${JSON.stringify(only)}: nothing can be learned from it.`,
  });
}

function targetOddities(column: ColumnProfile, told: Told): Finding[] {
  const only = onlyValue(column);
  if (only === undefined) return [];
  return findingOf(told, "TARGET_ONE_CLASS", {
    column: column.name,
    message: `The target "${column.name}" is ${JSON.stringify(only)} in every row: there is nothing to tell apart.`,
    remedy: "Send rows of at least two classes.",
  });
}

function identifier(column: ColumnProfile, told: Told, { split }: PipelineSpec): Finding[] {
  const present = presentIn(column);
  const isKey = [...(split.key ?? []), split.group, split.time].includes(column.name);
  const unique = present >= enough && column.missing === 0 && column.distinct >= identifying * present;
  if (!unique || isKey || !(column.kind === "text" ? isNaming(column) : isCounting(column))) return [];
  return findingOf(told, "COLUMN_IDENTIFIER", {
    column: column.name,
    message: `"${column.name}" is different in nearly every row: it names the row and says nothing of others.`,
    remedy: `${drop}.`,
  });
}

/** Prose is different in every row as well, and no identifier. */
const isNaming = ({ length }: TextProfile): boolean => length !== undefined && length.mean <= 64;

/** Whole numbers without gaps, or under a name that says what they are. Measurements differ in each row too. */
function isCounting(column: NumberProfile): boolean {
  const { name, whole, min, max } = column;
  if (whole < presentIn(column) || min === undefined || max === undefined) return false;
  return (
    max - min < 2 * presentIn(column) ||
    /(^|[_\s-])(id|uuid|key|index|number|nr|no)$|num(ber)?$|[a-z]I[dD]$/i.test(name)
  );
}

function textOddities(column: ColumnProfile, told: Told): Finding[] {
  if (column.kind !== "text") return [];
  return [
    ...brokenTexts(column, told),
    ...mixedDates(column, told),
    ...mixedShapes(column, told),
    ...alike(column, told),
  ];
}

function brokenTexts({ name, top }: TextProfile, told: Told): Finding[] {
  const broken = top.filter(([text]) => text.includes("\uFFFD"));
  if (broken.length === 0) return [];
  return findingOf(told, "TEXT_BROKEN", {
    column: name,
    rows: broken.reduce((sum, [, count]) => sum + count, 0),
    examples: broken.slice(0, 5).map(([text]) => text),
    message: `"${name}" has characters that were lost (�): the source was read in another encoding than it was written in.`,
    remedy: "Set `source.csv.encoding` in pipeline.yaml, or write the file as UTF-8.",
  });
}

function mixedDates(column: TextProfile, told: Told): Finding[] {
  const forms = dateForms(column);
  if (forms.length < 2) return [];
  return findingOf(told, "DATES_MIXED", {
    column: column.name,
    examples: forms.map(({ example }) => example),
    message: `"${column.name}" has dates written in ${forms.length} ways, such as ${listed(
      forms.map(({ example }) => example),
      0,
    )}.`,
    remedy: "Write all dates in one way, best as 2026-01-31.",
  });
}

function mixedShapes(column: TextProfile, told: Told): Finding[] {
  const outlying = dateForms(column).length >= 2 ? undefined : outlyingShapes(column);
  if (outlying === undefined) return [];
  const { usual, share, others } = outlying;
  return findingOf(told, "SHAPES_MIXED", {
    column: column.name,
    examples: others,
    message: `${percent(share)} of the values of "${column.name}" look like ${usual}, the others like ${listed(others, 0)}.`,
    remedy: "Look whether those are mistakes; `shapes` of the column in schema.yaml says what is right.",
  });
}

function alike(column: TextProfile, told: Told): Finding[] {
  const groups = alikeCategories(column);
  if (groups.length === 0) return [];
  return findingOf(told, "CATEGORIES_ALIKE", {
    column: column.name,
    examples: groups[0]!,
    message: `"${column.name}" has values that differ in nothing but case or spaces: ${groups
      .slice(0, 3)
      .map((group) => listed(group, 0))
      .join("; ")}. Each is learned as a category of its own.`,
    remedy: "Write them in one way.",
  });
}

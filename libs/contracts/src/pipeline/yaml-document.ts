import { LineCounter, parseDocument, type Document } from "yaml";
import type * as z from "zod";
import { ProblemError } from "../problem.js";

export interface YamlSource {
  /** The file's name, for messages. */
  file: string;
  text: string;
}

/** Parses YAML against a schema; each mistake is told with file, line, column, the path and what was expected. */
export function parseYaml<Schema extends z.ZodType>(schema: Schema, source: YamlSource, code: string): z.infer<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(source.text, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${source.file}:${line}:${col}`;
  };
  const syntax = document.errors.map((error) => `${at(error.pos[0])} ${firstLine(error.message)}`);
  if (syntax.length > 0) throw mistakes(code, syntax);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw mistakes(
    code,
    parsed.error.issues.flatMap(narrowest).map((issue) => `${at(offsetOf(document, issue))} ${describe(issue)}`),
  );
}

type Issue = z.core.$ZodIssue;

/** Of a union, the mistakes of the branch that fits best: the one whose first key was recognised. */
function narrowest(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const branches = issue.errors.filter((errors) => errors.length > 0);
  const best = branches.sort((a, b) => mismatch(a) - mismatch(b))[0];
  if (best === undefined) return [issue];
  return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }) as Issue).flatMap(narrowest);
}

const mismatch = (errors: readonly Issue[]): number =>
  errors.reduce((sum, error) => sum + (error.code === "unrecognized_keys" ? 2 * error.keys.length : 1), 0);

function offsetOf(document: Document, issue: Issue): number {
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]!] : issue.path;
  for (let length = path.length; length > 0; length--) {
    const offset = offsetAt(document, path.slice(0, length));
    if (offset !== undefined) return offset;
  }
  return document.contents?.range?.[0] ?? 0;
}

function offsetAt(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent = document.getIn(path.slice(0, -1), true) as { items?: unknown[] } | undefined;
  const last = path.at(-1);
  for (const item of parent?.items ?? []) {
    const pair = item as { key?: { value?: unknown; range?: number[] } };
    if (pair.key?.value === last) return pair.key?.range?.[0];
  }
  const node = document.getIn(path, true) as { range?: number[] } | undefined;
  return node?.range?.[0];
}

function describe(issue: Issue): string {
  const path = issue.path.map(String).join(".") || "the document";
  if (issue.code === "unrecognized_keys")
    return `${path} has no setting ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
  if (issue.message.endsWith("received undefined")) return `${path} is missing`;
  return `${path}: ${issue.message}`;
}

const firstLine = (text: string): string => text.split("\n")[0]!;

const mistakes = (code: string, list: readonly string[]): ProblemError =>
  new ProblemError({
    code,
    message: list.length === 1 ? `${list[0]}.` : `${list.length} mistakes: ${list.join("; ")}.`,
    remedy: "docs/reference/pipeline.md lists what each setting may be.",
  });

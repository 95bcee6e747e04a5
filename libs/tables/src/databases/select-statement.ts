import type { Problems } from "./database-problem.js";

export type Dialect = "mysql" | "standard";

/** A query that is one SELECT, without what may stand behind it, so that it can be put into brackets. */
export function selectStatement(query: string, problems: Problems, dialect: Dialect = "standard"): string {
  // MySQL runs what stands in such a comment.
  if (dialect === "mysql" && /\/\*M?!/.test(query))
    throw problems.invalidQuery("the query has a comment that is run (/*!).");
  const bare = query.replace(quoted[dialect], blanked);
  const first = /^[\s(]*([a-z]+)/i.exec(bare)?.[1]?.toUpperCase() ?? "";
  if (!["SELECT", "WITH", "VALUES", "TABLE", "FROM"].includes(first)) {
    throw problems.invalidQuery(`the query is not a SELECT: it begins with ${first || "nothing"}.`);
  }
  const end = bare.replace(/[\s;]+$/, "").length;
  const inner = bare.indexOf(";");
  if (inner >= 0 && inner < end) throw problems.invalidQuery("the query holds more than one statement.");
  if (/\binto\s+(outfile|dumpfile)\b/i.test(bare)) throw problems.invalidQuery("the query writes a file.");
  return query.slice(0, end);
}

// Quoted texts and names, and comments.
const quoted = {
  standard: /\be'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([a-z_]*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\//gi,
  mysql: /'(?:[^'\\]|''|\\[^])*'|"(?:[^"\\]|""|\\[^])*"|`[^`]*`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[^]*?\*\//gi,
} as const;

/** As long as the text, so that what is behind it stays where it was. */
const blanked = (text: string): string => (/^(--|#|\/\*)/.test(text) ? " " : "_").repeat(text.length);

/** Where the character with this number (from 1 on) is. */
export function lineAndColumn(query: string, position: number): string {
  const before = query.slice(0, position - 1).split("\n");
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

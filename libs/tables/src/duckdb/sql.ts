/** A text as an SQL string literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as an SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A path as DuckDB must be told it: a star, a question mark or a bracket in a file name is no pattern here. */
export const pathLiteral = (path: string): string => literal(path.replace(/[[*?]/g, (character) => `[${character}]`));

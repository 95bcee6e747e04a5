import { ProblemError, type Table } from "@millrace/contracts";
import { checkExpression, expressionColumns, parseExpression } from "@millrace/learning";

/**
 * Checks what is to be derived against the columns of a dataset, and says which of them it is made of. A mistake is told with
 * its place in the expression.
 */
export function columnsDerivedFrom(derive: Readonly<Record<string, string>>, table: Table, target: string): string[] {
  const known = new Map(
    table.columns.filter(({ name }) => name !== target).map(({ name, kind }) => [name, { kind, raw: true }]),
  );
  const used = new Set<string>();
  for (const [name, text] of Object.entries(derive)) {
    const where = `features.derive.${name}`;
    if (name === target || known.has(name)) throw nameTaken(where, name);
    const expression = parseExpression(text, where);
    const columns = expressionColumns(expression);
    if (columns.includes(target)) throw fromTarget(where, target);
    const kind = checkExpression({ text, where }, expression, known);
    for (const column of columns) if (known.get(column)!.raw) used.add(column);
    known.set(name, { kind: kind === "text" ? "text" : "number", raw: false });
  }
  return [...used];
}

/** A name in `drop` that is derived would be dropped by nobody. */
export function refuseDroppedDerived(drop: readonly string[], derive: Readonly<Record<string, string>>): void {
  const name = drop.find((column) => Object.hasOwn(derive, column));
  if (name === undefined) return;
  throw new ProblemError({
    code: "FEATURE_DERIVED_AND_DROPPED",
    where: `features.drop: ${name}`,
    message: `"${name}" is derived, and dropped as well.`,
    remedy: "Write its expression into those that use it, and take it out of features.derive.",
  });
}

const fromTarget = (where: string, target: string): ProblemError =>
  new ProblemError({
    code: "FEATURE_FROM_TARGET",
    where,
    message: `the expression uses ${JSON.stringify(target)}, which is what is to be predicted: no row has it then.`,
    remedy: "Use other columns.",
  });

const nameTaken = (where: string, name: string): ProblemError =>
  new ProblemError({
    code: "PREPROCESS_NAME_TAKEN",
    where,
    message: `the dataset has a column ${JSON.stringify(name)} already.`,
    remedy: "Give the derived column another name.",
  });

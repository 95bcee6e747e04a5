/** A cell of a JSON object: a number (true is 1, false is 0) or a text; a list is its JSON as text; null is no cell. */
export type JsonCell = number | string;

// Deeper objects are not rows of a table but something built to exhaust the stack.
const DEEPEST = 32;

export type JsonFault = "not-an-object" | "too-deep" | "twice";

/** Calls back for each value of an object, nested ones by the path to them: {"a":{"b":1}} has the cell a.b. */
export function forEachCell(
  value: unknown,
  visit: (name: string, cell: JsonCell | null) => void,
): JsonFault | undefined {
  if (!isObject(value)) return "not-an-object";
  const seen = new Set<string>();
  const walk = (object: object, prefix: string, depth: number): JsonFault | undefined => {
    if (depth > DEEPEST) return "too-deep";
    for (const [key, inner] of Object.entries(object)) {
      const name = prefix + key;
      const fault = isObject(inner) ? walk(inner, `${name}.`, depth + 1) : visitOnce(name, inner);
      if (fault) return fault;
    }
    return undefined;
  };
  const visitOnce = (name: string, inner: unknown): JsonFault | undefined => {
    if (seen.has(name)) return "twice";
    seen.add(name);
    visit(name, cellOf(inner));
    return undefined;
  };
  return walk(value, "", 1);
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function cellOf(value: unknown): JsonCell | null {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value as JsonCell | null);
}

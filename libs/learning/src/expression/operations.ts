import { arithmetic } from "./arithmetic.js";
import { dates } from "./dates.js";
import { logic } from "./logic.js";
import type { Operation } from "./operation.js";
import { texts } from "./texts.js";

const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({ ...arithmetic, ...logic, ...dates, ...texts }),
);

export const operationNamed = (name: string): Operation | undefined => operations.get(name);

/** What can be called with brackets. */
export const functionNames: readonly string[] = [...operations.keys()]
  .filter((name) => /^[a-z_]+$/.test(name) && !["and", "or", "not", "negate"].includes(name))
  .sort();

import { ProblemError } from "@millrace/contracts";
import type { Parameters, ParameterValue } from "./family.js";

export interface ParameterRule {
  readonly default: ParameterValue;
  readonly accepts: (value: unknown) => boolean;
  /** What is accepted, as it stands in an error: "a number above 0". */
  readonly expected: string;
}

export const positive = (value: number): ParameterRule => ({
  default: value,
  accepts: (given) => typeof given === "number" && given > 0 && Number.isFinite(given),
  expected: "a number above 0",
});

export const wholeNumber = (value: number, min: number, max = Number.MAX_SAFE_INTEGER): ParameterRule => ({
  default: value,
  accepts: (given) => Number.isInteger(given) && (given as number) >= min && (given as number) <= max,
  expected:
    max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
});

export const share = (value: number): ParameterRule => ({
  default: value,
  accepts: (given) => typeof given === "number" && given > 0 && given <= 1,
  expected: "a number above 0 and at most 1",
});

export const shareOrNone = (value: number): ParameterRule => ({
  default: value,
  accepts: (given) => typeof given === "number" && given >= 0 && given <= 1,
  expected: "a number from 0 to 1",
});

export const atLeastZero = (value: number): ParameterRule => ({
  default: value,
  accepts: (given) => typeof given === "number" && given >= 0 && Number.isFinite(given),
  expected: "a number of at least 0",
});

export const yesOrNo = (value: boolean): ParameterRule => ({
  default: value,
  accepts: (given) => typeof given === "boolean",
  expected: "true or false",
});

export const oneOf = (value: string, names: readonly string[]): ParameterRule => ({
  default: value,
  accepts: (given) => typeof given === "string" && names.includes(given),
  expected: `one of ${names.join(", ")}`,
});

export const defaultsOf = (rules: Readonly<Record<string, ParameterRule>>): Parameters =>
  Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, rule.default]));

/** The defaults with what is given in their place. */
export function parametersOf(
  family: string,
  rules: Readonly<Record<string, ParameterRule>>,
  given: Readonly<Record<string, unknown>>,
): Parameters {
  for (const [name, value] of Object.entries(given)) checkParameter(family, rules, name, value);
  return { ...defaultsOf(rules), ...(given as Parameters) };
}

function checkParameter(
  family: string,
  rules: Readonly<Record<string, ParameterRule>>,
  name: string,
  value: unknown,
): void {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  const where = `${family}.${name}`;
  if (!rule) {
    const remedy = `Its parameters are ${Object.keys(rules).join(", ")}.`;
    throw new ProblemError({
      code: "PARAMETER_UNKNOWN",
      where,
      message: `${family} has no parameter ${name}.`,
      remedy,
    });
  }
  if (rule.accepts(value)) return;
  throw new ProblemError({
    code: "PARAMETER_INVALID",
    where,
    message: `${JSON.stringify(value)} is not ${rule.expected}.`,
    remedy: `Give ${rule.expected}; the default is ${rule.default}.`,
  });
}

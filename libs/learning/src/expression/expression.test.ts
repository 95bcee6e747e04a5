import type { ProblemError } from "@millrace/contracts";
import fc from "fast-check";
import { isoMilliseconds, dateParts } from "./calendar.js";
import { checkExpression, type KnownColumns } from "./check-kinds.js";
import { compileExpression } from "./compile-expression.js";
import type { Value } from "./operation.js";
import { parseExpression } from "./parse-expression.js";
import { columnsOf, quotedName } from "./syntax.js";

const columns: KnownColumns = new Map([
  ["a", { kind: "number", raw: true }],
  ["b", { kind: "number", raw: true }],
  ["made", { kind: "number", raw: false }],
  ["t", { kind: "text", raw: true }],
  ["u", { kind: "text", raw: true }],
  ["a name, `quoted`", { kind: "number", raw: true }],
  ["Größe.2x", { kind: "number", raw: true }],
]);
type Row = Readonly<Record<string, Value>>;

function valueOf(text: string, row: Row = {}): Value {
  const expression = parseExpression(text);
  checkExpression({ text, where: "expression" }, expression, columns);
  const read = (name: string) => () => row[name] ?? (columns.get(name)!.kind === "text" ? undefined : NaN);
  return compileExpression(expression, { value: read, exact: read })();
}
const problemOf = (text: string) => {
  try {
    valueOf(text);
  } catch (error) {
    return (error as ProblemError).problem;
  }
  throw new Error(`${text} was taken`);
};

describe("an expression", () => {
  const row: Row = { a: 6, b: 4, t: "red" };
  it.each<[string, Value]>([
    ["a + b * 2", 14],
    ["(a + b) * 2", 20],
    ["a - b - 1", 1],
    ["-a ^ 2", -36],
    ["2 ^ 3 ^ 2 + 0 * a", 512],
    ["a / b", 1.5],
    ["2e-1 * a", Math.fround(Math.fround(0.2) * 6)],
    ["-b", -4],
    ["a > b and not a == 5", 1],
    ["a < b or b != 4", 0],
    ["a >= 6 and b <= 4", 1],
    ["a = 6", 1],
    ['t == "red"', 1],
    ["t != 'it''s'", 1],
    ["t == u", NaN],
    ["if(a > b, a, b)", 6],
    ['if(a > b, "more", t)', "more"],
    ["min(a, b, 5) + max(a, b)", 10],
    ["abs(b - a) + sqrt(b) + floor(a / b)", 5],
    ["log(exp(0 * a))", 0],
    ["bucket(a, 1, 6, 10)", 2],
    ["length(t) + words(t) + digits(t)", 4],
    ["is_missing(u)", 1],
    ["is_missing(a)", 0],
    ["true and a > 1", 1],
  ])("%s is %s", (text, expected) => expect(valueOf(text, row)).toEqual(expected));

  it.each<[string, Value]>([
    ["a + 1", NaN],
    ["min(b, a)", NaN],
    ["max(a, b)", NaN],
    ["a > 1", NaN],
    ["not (a > 1)", NaN],
    ["a ^ 0", NaN],
    ["if(a > 1, b, b)", NaN],
    ["if(is_missing(a), b, a)", 4],
    ["is_missing(a) or a > 1", 1],
    ["b == 4 or a > 1", 1],
    ["b == 3 and a > 1", 0],
    ["b == 4 and a > 1", NaN],
    ["bucket(a, 1)", NaN],
    ["length(t)", NaN],
    ["b / 0", NaN],
    ["1 / (b / 0)", NaN],
    ["log(b - 4)", NaN],
    ["log(-b)", NaN],
    ["sqrt(-b)", NaN],
    ["exp(b * 100)", NaN],
    ["3e38 * b", NaN],
    ["year(t)", NaN],
  ])("with a missing a, %s is %s: what has a missing part, or is not finite, is missing", (text, expected) =>
    expect(valueOf(text, { b: 4 })).toEqual(expected),
  );

  it("computes in float32, each step rounded", () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, min: -1e6, max: 1e6 }),
        fc.float({ noNaN: true, min: 1, max: 1e6 }),
        (a, b) => {
          const expected = Math.fround(Math.fround(Math.fround(a * b) + Math.fround(0.1)) / b);
          expect(valueOf("(a * b + 0.1) / b", { a, b })).toBe(expected);
        },
      ),
    );
  });

  it("names columns plainly, with dots and in any script, and any other name in backticks", () => {
    expect(columnsOf(parseExpression("a + `a name, ``quoted``` + Größe.x"))).toEqual([
      "a",
      "a name, `quoted`",
      "Größe.x",
    ]);
    expect(valueOf("`a name, ``quoted``` * 2", { "a name, `quoted`": 3 })).toBe(6);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(parseExpression(quotedName(name))).toMatchObject({ kind: "column", name });
      }),
    );
  });
});

describe("a wrong expression is refused with line, column and what was expected", () => {
  it.each<[string, number, number, RegExp]>([
    ["", 1, 1, /expected a number, a text, a column, a function or \(, found the end/],
    ["a +", 1, 4, /found the end/],
    ["a + * b", 1, 5, /found "\*"/],
    ["a b", 1, 3, /expected an operator or the end, found "b"/],
    ["(a", 1, 3, /expected an operator or \)/],
    ["max(a, )", 1, 8, /found "\)"/],
    ["max(a b)", 1, 7, /expected an operator, "," or \)/],
    ["a\n  + $", 2, 5, /"\$" means nothing here/],
    ["`a", 1, 1, /never closed/],
    ["1 < a < 3", 1, 7, /cannot be chained/],
    ["a + 1e99", 1, 5, /too large/],
    ["a + nothing", 1, 5, /no column "nothing"/],
    ["sum(a)", 1, 1, /no function sum/],
    ["a + t", 1, 5, /\+ expects a number here, found the column t, which is a text/],
    ["a and b", 1, 1, /expects a condition here, found the column a, which is a number/],
    ["if(a > 1, a, t)", 1, 14, /if expects a number here/],
    ["if(a > 1, t, a)", 1, 14, /if expects a text here/],
    ["t == a", 1, 6, /expects a text/],
    ["log(a, b)", 1, 1, /log takes 1 argument, found 2/],
    ["max()", 1, 1, /at least 1 argument, found 0/],
    ["bucket(a, b)", 1, 11, /a number that is written out/],
    ["bucket(a, 2, 1)", 1, 14, /must rise/],
    ["year(made)", 1, 6, /a column of the data/],
    ["year(a + 1)", 1, 8, /a column of the data/],
    ["1 + 1", 1, 3, /uses no column/],
    ["(".repeat(200), 1, 102, /nested/],
  ])("%j", (text, line, column, message) => {
    expect(problemOf(text)).toMatchObject({ code: "EXPRESSION_INVALID", line, column, remedy: expect.any(String) });
    expect(problemOf(text).message).toMatch(message);
    expect(problemOf(text).where).toBe(`expression, line ${line}, column ${column}`);
  });

  it("shows the line with a caret under the place", () => {
    expect(problemOf("a *\n  t").message).toContain("\n    t\n    ^\n");
  });
});

describe("the parts of a date", () => {
  it("are those of the calendar, whatever the day", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
        (date) => {
          const parts = Object.values(dateParts).map((part) => part(date.getTime()));
          const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
          const days = Math.floor(date.getTime() / 86_400_000);
          expect(parts).toEqual([year, month, day, (date.getUTCDay() + 6) % 7, date.getUTCHours(), days]);
          const whole = Math.floor(date.getTime() / 1000) * 1000;
          expect(isoMilliseconds(date.toISOString())).toBe(whole);
          expect(isoMilliseconds(date.toISOString().slice(0, 10))).toBe(days * 86_400_000);
        },
      ),
    );
  });

  it.each(["", "2024", "2024-13-01", "2023-02-29", "2024-01-01T25:00", "01.02.2024", "2024-01-01x"])(
    "are missing where %j is no date",
    (text) => expect(isoMilliseconds(text)).toBeNaN(),
  );

  it("are missing for numbers that are no date", () => {
    for (const value of [NaN, Infinity, 1e18, -1e18]) expect(dateParts.hour(value)).toBeNaN();
  });
});

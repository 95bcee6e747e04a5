import type { Graph } from "../onnx/graph.js";
import { calendar, dateParts, isoMilliseconds, type DatePart } from "./calendar.js";
import {
  castNode,
  DOUBLE,
  doubleNode,
  FLOAT,
  INT64,
  integerNode,
  isNaNNode,
  numberNode,
  whereNode,
} from "./float-nodes.js";
import type { Operation } from "./operation.js";

/** Of a text: an ISO date; of a number: milliseconds since 1970, with all its digits, which no float32 holds. */
const datePart = (part: DatePart): Operation => ({
  takes: ["date"],
  gives: "number",
  compute: ([value]) => {
    const toPart = dateParts[part];
    return () => {
      const given = value!();
      return toPart(typeof given === "number" ? given : given === undefined ? NaN : isoMilliseconds(given));
    };
  },
  onnx: (graph, [value], { kinds, refuse }) => {
    if (kinds[0] === "text") return refuse(`ONNX has no operator that reads a date from a text, as ${part} does`);
    return datePartNode(graph, part, value!);
  },
});

export const dates: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.keys(dateParts).map((part) => [part, datePart(part as DatePart)]),
);

/** The steps of calendar.ts in whole numbers of 64 bits. Missing values go through as day 0 and are put back at the end. */
function datePartNode(graph: Graph, part: DatePart, milliseconds: string): string {
  const value = castNode(graph, milliseconds, DOUBLE);
  const known = whereNode(graph, unusable(graph, value), doubleNode(graph, 0), value);
  const whole = castNode(graph, graph.add("Floor", [known]), INT64);
  const result = castNode(graph, integerPart(graph, part, whole), FLOAT);
  return whereNode(graph, unusable(graph, value), numberNode(graph, NaN), result);
}

/** Missing, or outside of the calendar. */
function unusable(graph: Graph, value: string): string {
  const early = graph.add("Less", [value, doubleNode(graph, calendar.FIRST * calendar.DAY)]);
  const late = graph.add("GreaterOrEqual", [value, doubleNode(graph, (calendar.LAST + 1) * calendar.DAY)]);
  return graph.add("Or", [isNaNNode(graph, value), graph.add("Or", [early, late])]);
}

function integerPart(graph: Graph, part: DatePart, milliseconds: string): string {
  const { plus, over, times, minus } = integers(graph);
  // Moved to the year 0, so that the numbers are positive and a division rounds down.
  const fromFirst = plus(milliseconds, -calendar.FIRST * calendar.DAY);
  const day = over(fromFirst, calendar.DAY);
  const days = plus(day, calendar.FIRST);
  if (part === "days") return days;
  if (part === "hour") return over(minus(fromFirst, times(day, calendar.DAY)), calendar.HOUR);
  if (part === "weekday") return remainder(graph, plus(days, 3 + 7 * 200_000), 7);
  return civilNode(graph, part, plus(days, 719_468));
}

function civilNode(graph: Graph, part: DatePart, shifted: string): string {
  const { plus, minus, over, times } = integers(graph);
  const era = over(shifted, 146_097);
  const dayOfEra = remainder(graph, shifted, 146_097);
  const leaps = plusNode(graph, minus(dayOfEra, over(dayOfEra, 1460)), over(dayOfEra, 36_524));
  const yearOfEra = over(minus(leaps, over(dayOfEra, 146_096)), 365);
  const daysOfYears = minus(plusNode(graph, times(yearOfEra, 365), over(yearOfEra, 4)), over(yearOfEra, 100));
  const dayOfYear = minus(dayOfEra, daysOfYears);
  const monthFromMarch = over(plus(times(dayOfYear, 5), 2), 153);
  if (part === "day") return plus(minus(dayOfYear, over(plus(times(monthFromMarch, 153), 2), 5)), 1);
  const early = graph.add("GreaterOrEqual", [monthFromMarch, integerNode(graph, 10)]);
  if (part === "month") return whereNode(graph, early, plus(monthFromMarch, -9), plus(monthFromMarch, 3));
  const year = plusNode(graph, yearOfEra, times(era, 400));
  return whereNode(graph, early, plus(year, 1), year);
}

const plusNode = (graph: Graph, left: string, right: string): string => graph.add("Add", [left, right]);

const remainder = (graph: Graph, tensor: string, by: number): string =>
  graph.add("Mod", [tensor, integerNode(graph, by)]);

const integers = (graph: Graph) => ({
  plus: (tensor: string, value: number) => graph.add("Add", [tensor, integerNode(graph, value)]),
  minus: (left: string, right: string) => graph.add("Sub", [left, right]),
  times: (tensor: string, value: number) => graph.add("Mul", [tensor, integerNode(graph, value)]),
  over: (tensor: string, value: number) => graph.add("Div", [tensor, integerNode(graph, value)]),
});

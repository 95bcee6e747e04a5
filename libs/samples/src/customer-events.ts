import { logistic, rounded, within, type Draw } from "./draw.js";
import type { Cell, Drawn, SampleKind } from "./sample.js";

const regions = [
  ["north", 3],
  ["south", 4],
  ["east", 2],
  ["west", 3],
] as const;
const kinds = [
  ["visit", 6],
  ["purchase", 3],
  ["support", 1],
  ["return", 0.6],
] as const;
const DAY = 86_400_000;
const END = Date.UTC(2026, 5, 30);

/** Customers and what they did in half a year, in two files: who buys again within the next month? */
export const customerEvents: SampleKind = {
  name: "customer-events",
  about: "customers and what they did, in two files; bought_again is to be foretold",
  files: [
    { file: "customers.csv", header: ["customer_id", "age", "region", "member_since", "newsletter", "bought_again"] },
    { file: "events.csv", header: ["customer_id", "time", "kind", "amount"] },
  ],
  metric: "roc_auc",
  rowsOf(draw, drift) {
    // Other seeds are other customers, so that files of several seeds can lie side by side.
    const shop = 1000 + Math.floor(9000 * draw.next());
    return (index) => customer(draw, drift, `C${shop}-${String(index + 1).padStart(6, "0")}`);
  },
};

function customer(draw: Draw, drift: number, id: string): Drawn {
  const age = draw.chance(0.04) ? undefined : within(rounded(draw.normal(44 + 14 * drift, 14)), 18, 90);
  const region = draw.pick(regions);
  const years = rounded(within(-Math.log(1 - draw.next()) * 3, 0.1, 15), 1);
  const newsletter = draw.chance(0.4) ? "yes" : "no";
  const events = eventsOf(draw, drift, id);
  const of = (kind: string) => events.filter(([, , each]) => each === kind);
  const spent = of("purchase").reduce((sum, [, , , amount]) => sum + (amount as number), 0);
  const score =
    -1.9 +
    0.45 * of("purchase").length +
    0.25 * Math.log1p(spent) * 0.5 +
    0.05 * of("visit").length -
    0.7 * of("support").length -
    0.8 * of("return").length +
    (age === undefined ? 0 : age < 30 ? -0.6 : age < 60 ? 0.5 : -0.2) +
    0.12 * years +
    (newsletter === "yes" ? 0.4 : 0) +
    (region === "north" ? 0.3 : 0);
  const chance = logistic(score);
  const since = new Date(END - years * 365 * DAY).toISOString().slice(0, 10);
  const cells: Cell[] = [id, age, region, since, newsletter, draw.chance(chance) ? "yes" : "no"];
  return { files: [[cells], events], chance };
}

function eventsOf(draw: Draw, drift: number, id: string): Cell[][] {
  const times = Array.from({ length: draw.poisson(9) }, () => END - Math.floor(draw.next() * 180) * DAY).sort();
  return times.map((time) => {
    const kind = draw.pick(kinds);
    const amount = kind === "purchase" ? rounded(Math.exp(draw.normal(3.4 + 0.7 * drift, 0.7)), 2) : 0;
    return [id, new Date(time).toISOString().slice(0, 10), kind, amount];
  });
}

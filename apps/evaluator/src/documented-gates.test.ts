import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePipeline } from "@millrace/contracts";
import { seededRandom, type Scored } from "@millrace/learning";
import { compareOnRows } from "./compare-models.js";
import { judge } from "./judge.js";

const page = readFileSync(join(__dirname, "../../../docs/evaluation.md"), "utf8");
const examples = [...page.matchAll(/```yaml\n([^`]*)```/g)].map(([, text]) => text!);
const known = [...page.matchAll(/^\| `((?:at_least|better_by|slices|fairness|overfit|latency)[^|]*)\|/gm)].join("");

const rows = 600;
const random = seededRandom(1);
const labels = Int32Array.from({ length: rows }, () => random.integer(2));
const scoredWith = (noise: number): Scored => ({
  ...{ labels, classes: ["No", "Yes"], positive: "Yes" },
  probabilities: Float64Array.from(
    [...labels].flatMap((label) => {
      const yes = 0.25 + label / 2 + (random.next() - 0.5) * noise;
      return [1 - yes, yes];
    }),
  ),
});
const coded = (name: string, dictionary: readonly string[]) => ({
  ...{ name, kind: "text" as const, dictionary },
  codes: Int32Array.from(labels, () => random.integer(dictionary.length)),
});
const table = { rows, columns: [coded("gender", ["Female", "Male"]), coded("SeniorCitizen", ["0", "1"])] };
const pair = { challenger: scoredWith(0.4), champion: scoredWith(0.5) };

const judgements = new Map<string, ReturnType<typeof judge>>();

function judged(settings: string) {
  if (!judgements.has(settings)) judgements.set(settings, judgeBy(settings));
  return judgements.get(settings)!;
}

function judgeBy(settings: string) {
  const text = `name: p\nsource: { path: a.csv }\ntarget: { column: y, positive: "Yes" }\nselect: { metric: roc_auc }\n${settings}`;
  const pipeline = parsePipeline({ file: "pipeline.yaml", text });
  const { challenger, champion, differences } = compareOnRows(table, pair, [], pipeline);
  return judge({
    ...{ pipeline, digest: "new", challenger: challenger.figures, slices: challenger.slices, differences },
    training: { roc_auc: 0.99 },
    champion: { version: 1, generation: 1, digest: "old", figures: champion!.figures },
    cost: { bytes: 1_000_000, latency: { median: 0.01, p99: 0.02 } },
  });
}

describe("the page about evaluation", () => {
  it("has examples, from the smallest to all gates", () => expect(examples).toHaveLength(2));

  it.each(examples)("shows gates that are judged: %s", (example) => {
    const { gates } = judged(example);
    expect(gates.length).toBeGreaterThanOrEqual(2);
    for (const { name, says } of gates) {
      expect(known).toContain(name.split(".")[0]);
      expect(says).not.toMatch(/unknown|no column|known of/);
    }
  });

  it("names every kind of gate in its longest example", () => {
    const kinds = new Set(judged(examples[1]!).gates.map(({ name }) => name.split(".")[0]));
    expect([...kinds].sort()).toEqual([
      ...["at_least", "better_by", "fairness", "latency", "overfit_gap", "size", "slices"],
    ]);
  });
});

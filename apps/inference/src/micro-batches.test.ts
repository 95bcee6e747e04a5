import fc from "fast-check";
import type { PredictResponse } from "@millrace/contracts";
import { HttpProblem } from "@millrace/service";
import { answererForTest, servedForTest } from "./answer-for-test.js";
import { tableGain } from "./loading/table-gain.js";
import type { ServedModel } from "./served-model.js";

const batches = { rows: 8, ms: 0, isWorth: () => true };

/** A version that counts how it is asked. */
function counting(version: number, border: number) {
  const served = servedForTest(version, border);
  const asked = { tables: 0, rows: 0 };
  const { scoreRows } = served.model;
  const model = {
    ...served.model,
    scoreRows(rows: Parameters<NonNullable<typeof scoreRows>>[0]) {
      asked.tables += 1;
      asked.rows += rows.length;
      return scoreRows!(rows);
    },
  };
  return { served: { ...served, model } satisfies ServedModel, asked };
}

describe("rows that come at the same time", () => {
  it("are answered each by its own answer, however they come, also beside wrong ones and while versions swap", async () => {
    const row = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -20, max: 20, noNaN: true }).map((x) => [x, "a"] as unknown[]) },
      { weight: 1, arbitrary: fc.constantFrom<unknown[]>(["wide", "a"], [1], [], [null, "a", "b"]) },
    );
    const event = fc.oneof(
      { weight: 12, arbitrary: fc.record({ row, probabilities: fc.boolean(), explain: fc.boolean() }) },
      { weight: 1, arbitrary: fc.constant("swap" as const) },
      { weight: 2, arbitrary: fc.constant("turn" as const) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 2, max: 40 }),
        async (events, rows) => {
          const versions = [servedForTest(1, -10), servedForTest(2, 10)];
          const one = answererForTest(versions, { ...batches, rows });
          const other = answererForTest(versions);
          const answers: Promise<void>[] = [];
          for (const each of events) {
            if (each === "swap") one.state.now = other.state.now = versions[one.state.now === versions[0] ? 1 : 0]!;
            else if (each === "turn") await new Promise(setImmediate);
            else answers.push(isTheSame(one.answerer, other.answerer, each));
          }
          await Promise.all(answers);
          expect(one.logged).toHaveLength(other.logged.length);
          expect(one.observed).toHaveLength(other.observed.length);
          const seen = (logged: typeof one.logged) =>
            logged
              .map(({ version, status, features, prediction, problem }) =>
                JSON.stringify([version, status, features, prediction, problem]),
              )
              .sort();
          expect(seen(one.logged)).toEqual(seen(other.logged));
          expect(new Set(one.logged.map(({ id }) => id)).size).toBe(one.logged.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  type Answerer = ReturnType<typeof answererForTest>["answerer"];
  /** What is said soon is what is said at once by the version that serves when the row comes. */
  async function isTheSame(
    soon: Answerer,
    atOnce: Answerer,
    { row, ...asked }: { row: unknown; probabilities: boolean; explain: boolean },
  ) {
    const wanted = outcome(() => atOnce.oneText(asked, row));
    const got = await outcomeOf(async () => soon.oneSoon!(asked, row) ?? soon.oneText(asked, row));
    expect(got).toEqual(wanted);
  }
  const said = (text: string) => ({ ...(JSON.parse(text) as PredictResponse), prediction_id: "" });
  const refusal = (error: unknown) => {
    if (error instanceof HttpProblem) return { status: error.status, problem: error.problem };
    throw error;
  };
  function outcome(work: () => string) {
    try {
      return said(work());
    } catch (error) {
      return refusal(error);
    }
  }
  const outcomeOf = (work: () => Promise<string>) => work().then(said, refusal);

  it("are scored as tables of at most so many rows, and a row that is alone by itself", async () => {
    const { served, asked } = counting(1, 0);
    const { answerer } = answererForTest([served], batches);
    await Promise.all(Array.from({ length: 20 }, (_, x) => answerer.oneSoon!({}, [x, "a"])));
    expect(asked).toEqual({ tables: 3, rows: 20 });
    await answerer.oneSoon!({}, [1, "a"]);
    expect(asked.tables).toBe(3);
  });

  it("wait for each other as long as is said", async () => {
    const { served, asked } = counting(1, 0);
    const { answerer } = answererForTest([served], { ...batches, ms: 20 });
    const first = answerer.oneSoon!({}, [1, "a"]);
    await new Promise(setImmediate);
    await Promise.all([first, answerer.oneSoon!({}, [2, "a"])]);
    expect(asked).toEqual({ tables: 1, rows: 2 });
  });

  it("are answered at once where nothing is gained, an explanation is wanted, or nobody can answer", () => {
    const { answerer } = answererForTest([servedForTest(1)], { ...batches, isWorth: () => false });
    expect(answerer.oneSoon!({}, [1, "a"])).toBeUndefined();
    const worth = answererForTest([servedForTest(1)], batches).answerer;
    expect(worth.oneSoon!({ explain: true }, [1, "a"])).toBeUndefined();
    expect(worth.oneSoon!({ models: ["roses"] }, [1, "a"])).toBeUndefined();
    expect(answererForTest().answerer.oneSoon).toBeUndefined();
  });
});

describe("what tables gain", () => {
  it("is measured on the model, and nothing where it has none", async () => {
    const { model } = servedForTest(1);
    let now = 0;
    const slow = {
      ...model,
      scoreRow: () => ((now += 3), new Float64Array(2)),
      scoreRows: () => ((now += 4), new Float64Array(8)),
    };
    expect(await tableGain(slow, [1, "a"], () => now)).toBe(3);
    expect(await tableGain({ ...slow, scoreRows: undefined }, [1, "a"], () => now)).toBe(1);
  });
});

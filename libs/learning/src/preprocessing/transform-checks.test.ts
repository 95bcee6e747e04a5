import { ProblemError, type Table } from "@millrace/contracts";
import { takeRows } from "../data/take-rows.js";
import type { Matrix } from "../data/matrix.js";
import { encodeModel } from "../onnx/encode-model.js";
import { newGraph } from "../onnx/new-graph.js";
import { startOnnxRuntime, type Feed } from "../onnx/onnxruntime-for-test.js";
import { applyPreprocessor, compileRow } from "./apply-preprocessor.js";
import { fitAndApplyPreprocessor } from "./fit-and-apply.js";
import { fitPreprocessor } from "./fit-preprocessor.js";
import type { PreprocessStep } from "./preprocess-steps.js";
import type { PreprocessorState } from "./preprocessor-state.js";
import { onnxInputs, preprocessorToOnnx } from "./preprocessor-to-onnx.js";
import { rules } from "./step-rules.js";
import { namesOf, textColumn } from "./table-for-test.js";
import { cases, nameOf, pipelineOf } from "./transform-cases-for-test.js";
import { column, extreme, numbersIn, replaced, ROWS, train, unseen } from "./transform-tables-for-test.js";

const features = ["size", "count", "when", "colour"];
const targetOf = (rows: number) => ({ codes: Int32Array.from({ length: rows }, (_, row) => row % 3), classes: 3 });
const fit = (steps: readonly PreprocessStep[], table: Table, seed = 7): PreprocessorState =>
  fitPreprocessor(table, steps, { features, target: targetOf(table.rows), seed });
const throughJson = (state: PreprocessorState): PreprocessorState => JSON.parse(JSON.stringify(state));
const bits = (values: Matrix["values"]): Uint32Array => new Uint32Array(Float32Array.from(values).buffer);

function cellsOf(table: Table, row: number): Record<string, unknown> {
  return Object.fromEntries(
    table.columns.map((each) => [
      each.name,
      each.kind === "number" ? each.values[row] : (each.dictionary[each.codes[row]!] ?? null),
    ]),
  );
}

/** The result, or the code and the place with which it was refused. */
function attempt<Result>(work: () => Result): { result?: Result; code?: string; told?: string } {
  try {
    return { result: work() };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.problem.code, told: `${error.problem.where} ${error.problem.message}` };
  }
}

const runtime = startOnnxRuntime();
afterAll(() => runtime.stop());

function toOnnx(state: PreprocessorState): Uint8Array {
  const inputs = onnxInputs(state);
  const graph = newGraph([...inputs.map(({ name }) => name), "matrix"]);
  graph.name(preprocessorToOnnx(state, graph, Object.fromEntries(inputs.map(({ name }) => [name, name]))), "matrix");
  return encodeModel({
    ...{ name: "preprocessing", producer: { name: "test", version: "1" }, metadata: {} },
    ...{ nodes: graph.nodes, constants: graph.constants },
    inputs: inputs.map((input) => ({ ...input, shape: ["N", 1] })),
    outputs: [{ name: "matrix", type: "float", shape: ["N", state.outputs.length] }],
  });
}

function feedOf(table: Table, { name, type }: { name: string; type: string }): Feed {
  const shape = [table.rows, 1];
  const found = column(table, name);
  if (found.kind === "text") {
    const values = Array.from(found.codes, (code) => found.dictionary[code] ?? "");
    return { name, type: "string", values, shape };
  }
  if (type === "double") return { name, type: "float64", values: found.values, shape };
  return { name, type: "float32", values: Float32Array.from(found.values), shape };
}

describe.each(cases.map((each) => [nameOf(each), each] as const))("%s", (_, each) => {
  const steps = pipelineOf(each);
  const state = fit(steps, train);
  const allNumbers = (table: Table, learnt = state) => {
    const { values } = applyPreprocessor(learnt, table);
    return values.every((value) => Number.isFinite(value) || (each.keeps === true && Number.isNaN(value)));
  };

  it("comes out of JSON as it went in, and gives the same bits", () => {
    expect(throughJson(state)).toEqual(state);
    expect(bits(applyPreprocessor(throughJson(state), unseen).values)).toEqual(
      bits(applyPreprocessor(state, unseen).values),
    );
  });

  it("is the same when it is fitted again, and leaves the table as it was", () => {
    const before = structuredClone(train);
    expect(fit(steps, train)).toEqual(state);
    fitAndApplyPreprocessor(train, steps, { features, target: targetOf(ROWS) });
    applyPreprocessor(state, train);
    expect(train).toEqual(before);
  });

  it("gives each row what it gives the table, to the bit, by name and by position", () => {
    const row = compileRow(state);
    for (const table of [train, unseen, extreme(unseen)]) {
      const { columns, values } = applyPreprocessor(state, table);
      for (let at = 0; at < table.rows; at++) {
        const cells = cellsOf(table, at);
        const expected = bits(values.subarray(at * columns, (at + 1) * columns));
        expect(bits(row(cells))).toEqual(expected);
        expect(bits(row(state.inputs.map(({ name }) => cells[name])))).toEqual(expected);
      }
    }
  });

  it("gives the same however many rows come at once", () => {
    const whole = applyPreprocessor(state, unseen).values;
    const rows = Array.from({ length: ROWS }, (_, row) => row);
    for (const size of [1, 7, 64]) {
      const parts = rows
        .filter((row) => row % size === 0)
        .map((from) => applyPreprocessor(state, takeRows(unseen, rows.slice(from, from + size))).values);
      expect(bits(Float32Array.from(parts.flatMap((part) => [...part])))).toEqual(bits(whole));
    }
  });

  it("does not care for the order of the columns, nor for columns that it does not know", () => {
    const turned: Table = {
      ...unseen,
      columns: [textColumn("note", Array(ROWS).fill("x")), ...unseen.columns].reverse(),
    };
    expect(applyPreprocessor(state, turned)).toEqual(applyPreprocessor(state, unseen));
    const turnedTrain: Table = { ...train, columns: [...train.columns].reverse() };
    expect(fit(steps, turnedTrain)).toEqual(state);
  });

  it.each(features)("says that column %s is missing, when it is fitted and when it is applied", (name) => {
    const without = (table: Table): Table => ({
      ...table,
      columns: table.columns.filter((each) => each.name !== name),
    });
    expect(attempt(() => fit(steps, without(train)))).toMatchObject({ told: expect.stringContaining(name) });
    expect(attempt(() => applyPreprocessor(state, without(unseen)))).toMatchObject({
      code: "PREPROCESS_COLUMN_UNKNOWN",
      told: expect.stringContaining(name),
    });
  });

  it("makes numbers of rows that it never saw, of unknown categories too", () => {
    expect(allNumbers(unseen)).toBe(true);
    const empty = takeRows(unseen, []);
    expect(applyPreprocessor(state, empty)).toEqual({ ...applyPreprocessor(state, empty), rows: 0 });
  });

  it("makes no infinity of infinite and huge values, in what it learns from and in what it is applied to", () => {
    for (const [learnFrom, applyTo] of [
      [train, extreme(unseen)],
      [extreme(train), unseen],
      [extreme(train), extreme(train)],
    ] as const)
      expect(allNumbers(applyTo, fit(steps, learnFrom))).toBe(true);
  });

  it("takes a constant column", () => {
    const constant = replaced(
      numbersIn(train, () => 5, "size", "count"),
      textColumn("colour", Array(ROWS).fill("red")),
    );
    const learnt = fit(steps, constant);
    expect(allNumbers(constant, learnt)).toBe(true);
    expect(allNumbers(unseen, learnt)).toBe(true);
  });

  it("takes a single row, or says why it can't", () => {
    const complete = Array.from({ length: ROWS }, (_, row) => row).find((row) =>
      Object.values(cellsOf(train, row)).every((cell) => cell === cell && cell !== null),
    );
    const one = takeRows(train, [complete!]);
    const { result, code } = attempt(() => fit(steps, one));
    if (result) expect(allNumbers(unseen, result)).toBe(true);
    else expect(code).toMatch(/^PREPROCESS_/);
  });

  it("takes a column without any value, or says that there is nothing to learn from it", () => {
    const noNumbers = numbersIn(train, () => null, "size");
    const noTexts = replaced(train, textColumn("colour", Array(ROWS).fill(null)));
    for (const table of [noNumbers, noTexts]) {
      const { result, code } = attempt(() => fit(steps, table));
      if (result) expect(allNumbers(table, result)).toBe(true);
      else expect(code).toBe("PREPROCESS_COLUMN_EMPTY");
    }
  });

  if (each.notInOnnx) {
    it("says that ONNX has nothing like it", () => {
      expect(attempt(() => toOnnx(state)).code).toBe("ONNX_NOT_POSSIBLE");
    });
  } else {
    it("is the same in onnxruntime", async () => {
      const table = extreme(unseen);
      const [answer] = await runtime.run(
        toOnnx(state),
        onnxInputs(state).map((input) => feedOf(table, input)),
      );
      const expected = applyPreprocessor(state, table).values;
      const actual = answer!.values as Float32Array;
      expect(actual.length).toBe(expected.length);
      const isClose = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= 1e-6 * Math.abs(b);
      expect(
        [...expected].flatMap((value, at) => (isClose(actual[at]!, value) ? [] : [[at, actual[at], value]])),
      ).toEqual([]);
    });
  }
});

it("covers every way of every step", () => {
  const ways = new Set(
    cases.map(({ step }) =>
      "with" in step ? `${Object.entries(step)[0]!.join(" ")} ${step.with}` : Object.keys(step)[0]!,
    ),
  );
  const withoutWays = ["dates", "derive", "text"];
  const all = rules.flatMap(({ name, kind, ways }) => ways.map((way) => `${name} ${kind} ${way}`));
  expect([...ways].sort()).toEqual([...all, ...withoutWays].sort());
  expect(namesOf(train)).toEqual(features);
});

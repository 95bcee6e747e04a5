import {
  describeFeatures,
  families,
  familyNamed,
  fitPreprocessor,
  openLearning,
  packModel,
  seededRandom,
  unpackModel,
  type Family,
  type Matrix,
  type ModelState,
  type Task,
  type TrainingData,
} from "../index.js";

/** What makes a family quick enough to be fitted some hundred times. */
const quick: Readonly<Record<string, Record<string, unknown>>> = {
  "gradient-boosting": { rounds: 20 },
  "random-forest": { trees: 10 },
  "extra-trees": { trees: 10 },
  "ml-random-forest": { trees: 5, rowsPerTree: 100 },
  voting: { members: [{ family: "decision-tree" }, { family: "gradient-boosting", params: { rounds: 5 } }] },
  stacking: { members: [{ family: "decision-tree" }, { family: "gradient-boosting", params: { rounds: 5 } }] },
};
/** Take a missing value as it is; the others say that it has to be filled. */
const takesMissing = ["gradient-boosting", "random-forest", "extra-trees", "decision-tree", "voting", "stacking"];
/** Draw nothing by the number of a row, so the order of the rows is nothing to them. */
const ignoresOrder = ["gradient-boosting", "decision-tree", "logistic-regression", "linear-regression"];
const ROWS = 240;
const COLUMNS = 4;

function dataOf(task: Task, seed = 1, rows = ROWS): TrainingData {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: rows * COLUMNS }, () => Math.fround(random.next() * 4 - 2));
  const signal = (row: number) => values[row * COLUMNS]! * 2 - values[row * COLUMNS + 1]! + random.next() - 0.5;
  const x = { rows, columns: COLUMNS, values };
  if (task === "regression") return { x, y: Float64Array.from({ length: rows }, (_, row) => signal(row)), classes: 0 };
  const code = (score: number) => (score < -1 ? 0 : score < 1 ? 1 : 2);
  return { x, y: Int32Array.from({ length: rows }, (_, row) => code(signal(row))), classes: 3 };
}

const withColumn = ({ x, ...data }: TrainingData, column: number, value: (row: number) => number): TrainingData => {
  const values = x.values.slice();
  for (let row = 0; row < x.rows; row++) values[row * x.columns + column] = value(row);
  return { ...data, x: { ...x, values } };
};

const take = ({ x, y, weights, ...data }: TrainingData, rows: readonly number[]): TrainingData => ({
  ...data,
  x: {
    ...{ rows: rows.length, columns: x.columns },
    values: Float32Array.from(rows.flatMap((row) => [...x.values.subarray(row * x.columns, (row + 1) * x.columns)])),
  },
  y: data.classes === 0 ? Float64Array.from(rows, (row) => y[row]!) : Int32Array.from(rows, (row) => y[row]!),
  ...(weights && { weights: Float64Array.from(rows, (row) => weights[row]!) }),
});

function fit(family: Family, data: TrainingData, { seed = 7, threads = 1 } = {}): ModelState {
  return family.fit(data, family.parameters(quick[family.name] ?? {}), { random: seededRandom(seed), threads });
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

const isFinite = (values: Float64Array): boolean => values.every(Number.isFinite);

/** How much nearer the predictions are to the labels than a guess that is the same for all rows. */
function skill({ y, classes }: TrainingData, outputs: Float64Array): number {
  if (classes > 0) {
    const best = (row: number) => outputs.subarray(row * classes, (row + 1) * classes);
    const right = (row: number) => best(row)[y[row]!] === Math.max(...best(row));
    return Array.from(y, (_, row) => row).filter(right).length / y.length;
  }
  const mean = Array.from(y).reduce((sum, value) => sum + value, 0) / y.length;
  const squares = (of: (row: number) => number) => Array.from(y, (value, row) => (value - of(row)) ** 2);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return 1 - sum(squares((row) => outputs[row]!)) / sum(squares(() => mean));
}

/** A package holds every state; the preprocessor in it is one that changes nothing. */
function packed(model: ModelState, { x, classes }: TrainingData): Uint8Array {
  const names = Array.from({ length: x.columns }, (_, column) => `c${column}`);
  const columnOf = (column: number) =>
    Float64Array.from({ length: x.rows }, (_, row) => x.values[row * x.columns + column]!);
  const columns = names.map((name, column) => ({ name, kind: "number" as const, values: columnOf(column) }));
  const table = { rows: x.rows, columns };
  return packModel({
    ...{
      model,
      preprocessor: fitPreprocessor(table, [], { features: names }),
      features: describeFeatures(table, names),
    },
    ...{ classes: Array.from({ length: classes }, (_, code) => `k${code}`), target: "y", metrics: {}, seed: 7 },
  });
}

const cases = Object.values(families).flatMap(({ name, tasks }) => tasks.map((task) => [name, task] as const));

describe.each(cases)("%s for %s", (name, task) => {
  const family = familyNamed(name);
  const data = dataOf(task);
  const learnt = fit(family, data);
  const predicted = family.predict(learnt, data.x);
  const needsFilled = !takesMissing.includes(name);

  it("learns what is there to learn", () => {
    expect(skill(data, predicted)).toBeGreaterThan(0.6);
    const { x, ...unseen } = dataOf(task, 2);
    expect(skill({ x, ...unseen }, family.predict(learnt, x))).toBeGreaterThan(0.5);
  });

  if (task === "classification") {
    it("gives probabilities", () => {
      for (let row = 0; row < ROWS; row++) {
        const each = predicted.subarray(row * 3, row * 3 + 3);
        expect(Math.min(...each)).toBeGreaterThanOrEqual(0);
        expect(each.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
      }
    });

    it("refuses rows of one class, and labels that are none of the classes", () => {
      expect(codeOf(() => fit(family, { ...data, y: new Int32Array(ROWS) }))).toBe("MODEL_ONE_CLASS");
      expect(codeOf(() => fit(family, { ...data, y: new Int32Array(ROWS).fill(3) }))).toBe("MODEL_LABELS_WRONG");
      expect(codeOf(() => fit(family, take(data, [0])))).toBe("MODEL_ONE_CLASS");
    });
  } else {
    it("learns a constant from one row, or says that it can't", () => {
      const one = take(data, [0]);
      const refused = codeOf(() => fit(family, one));
      if (refused === undefined) expect(family.predict(fit(family, one), one.x)[0]).toBeCloseTo(one.y[0]!, 5);
      else expect(refused).toMatch(/^MODEL_/);
    });

    it("refuses a target that is missing", () => {
      const y = Float64Array.from(data.y);
      y[3] = NaN;
      expect(codeOf(() => fit(family, { ...data, y }))).toBe("MODEL_LABELS_WRONG");
    });
  }

  it("gives one row what it gives the table, to the bit", () => {
    const model = family.compile(learnt);
    const outputs = predicted.length / ROWS;
    for (let row = 0; row < ROWS; row += 7) {
      const features = data.x.values.subarray(row * COLUMNS, (row + 1) * COLUMNS);
      expect(model(features)).toEqual(predicted.slice(row * outputs, (row + 1) * outputs));
    }
  });

  it("takes the same values as 32 and as 64 bits", () => {
    const wide: Matrix = { ...data.x, values: Float64Array.from(data.x.values) };
    expect(family.predict(fit(family, { ...data, x: wide }), wide)).toEqual(predicted);
  });

  it("is the same for the same seed, on one thread and on two, here and in another thread", async () => {
    const learning = openLearning();
    const request = { ...data, family: name, params: quick[name] as never, seed: 7 };
    expect(fit(family, data)).toEqual(learnt);
    expect(fit(family, data, { threads: 2 })).toEqual(learnt);
    expect(await learning.fit(request)).toEqual(learnt);
    await learning.stop();
  });

  it("comes out of a package as it went in", () => {
    const { model } = unpackModel(packed(learnt, data));
    expect(model).toEqual(learnt);
    expect(family.predict(model, data.x)).toEqual(predicted);
  });

  it("leaves what it is given as it was", () => {
    const before = structuredClone(data);
    family.predict(fit(family, data), data.x);
    expect(data).toEqual(before);
  });

  it("is not disturbed by a constant column", () => {
    const constant = withColumn(data, 3, () => 5);
    const outputs = family.predict(fit(family, constant), constant.x);
    expect(skill(constant, outputs)).toBeGreaterThan(0.6);
  });

  it("takes missing values as they are, or says that they have to be filled", () => {
    const holes = withColumn(data, 1, (row) => (row % 5 === 0 ? NaN : data.x.values[row * COLUMNS + 1]!));
    const empty = withColumn(data, 3, () => NaN);
    for (const missing of [holes, empty]) {
      if (needsFilled) expect(codeOf(() => fit(family, missing))).toBe("MODEL_MATRIX_INVALID");
      else expect(skill(missing, family.predict(fit(family, missing), missing.x))).toBeGreaterThan(0.6);
    }
  });

  it.each([Infinity, -Infinity, 3e38])("learns beside a value of %p, or refuses it, and predicts a number", (value) => {
    const odd = withColumn(data, 2, (row) => (row === 5 ? value : data.x.values[row * COLUMNS + 2]!));
    const refused = codeOf(() => fit(family, odd));
    if (refused !== undefined) expect(refused).toMatch(/^MODEL_/);
    else expect(isFinite(family.predict(fit(family, odd), odd.x))).toBe(true);
  });

  it("refuses another width, another count of labels, and weights that are none", () => {
    const narrow: Matrix = { rows: 2, columns: 3, values: new Float32Array(6) };
    expect(codeOf(() => family.predict(learnt, narrow))).toBe("MATRIX_WIDTH_WRONG");
    expect(codeOf(() => fit(family, { ...data, y: data.y.slice(1) }))).toBe("MODEL_LABELS_WRONG");
    const weightsOf = (value: number) => new Float64Array(ROWS).fill(1).fill(value, 4, 5);
    for (const weights of [weightsOf(-1), weightsOf(NaN), weightsOf(1).slice(1)]) {
      expect(codeOf(() => fit(family, { ...data, weights }))).toBe("MODEL_WEIGHTS_INVALID");
    }
  });

  it("refuses a parameter that it has not", () => {
    expect(codeOf(() => family.parameters({ depht: 3 }))).toBe("PARAMETER_UNKNOWN");
    expect(family.parameters({})).toEqual(family.defaults);
  });

  it("does not begin when it is called off before", () => {
    const context = { random: seededRandom(1), signal: { aborted: true } };
    expect(codeOf(() => family.fit(data, family.parameters(quick[name] ?? {}), context))).toBe("LEARNING_CANCELLED");
  });

  if (ignoresOrder.includes(name)) {
    it("does not care for the order of the rows", () => {
      const order = seededRandom(5).shuffle(Array.from({ length: ROWS }, (_, row) => row));
      const outputs = family.predict(fit(family, take(data, order)), data.x);
      outputs.forEach((value, index) => expect(value).toBeCloseTo(predicted[index]!, 5));
    });

    it("takes a row of weight 2 for two rows, and one of weight 0 for none", () => {
      const weights = Float64Array.from({ length: ROWS }, (_, row) => row % 3);
      const rows = [...weights].flatMap((weight, row) => new Array<number>(weight).fill(row));
      const weighted = family.predict(fit(family, { ...data, weights }), data.x);
      const repeated = family.predict(fit(family, take(data, rows)), data.x);
      weighted.forEach((value, index) => expect(value).toBeCloseTo(repeated[index]!, 4));
    });
  }
});

import { cell, columnNamed, type Table } from "@millrace/contracts";
import { mcnemar, predictedClasses, type Scored } from "@millrace/learning";

export interface Answer {
  readonly prediction: string;
  readonly confidence: number;
}

/** A test row to which the two models say something else. */
export interface Disagreement {
  /** From 1 on, in the order of the test rows. */
  readonly row: number;
  readonly label: string;
  readonly challenger: Answer;
  readonly champion: Answer;
  readonly values: Readonly<Record<string, number | string | null>>;
}

export interface Disagreements {
  readonly rows: number;
  readonly onlyChallengerRight: number;
  readonly onlyChampionRight: number;
  /** How likely so uneven a split were if both were right equally often (McNemar, exact). */
  readonly pValue: number;
  /** Those on which they differ most. */
  readonly examples: readonly Disagreement[];
}

const mostExamples = 20;
const mostValues = 20;

/** Where the two models say something else; undefined where they do not tell the same classes apart. */
export function disagreementsOf(
  pair: { readonly challenger: Scored; readonly champion: Scored },
  rows: Table,
  inputs: readonly string[],
): Disagreements | undefined {
  const { challenger, champion } = pair;
  if (challenger.classes.join("\n") !== champion.classes.join("\n")) return undefined;
  const [first, second] = [predictedClasses(challenger), predictedClasses(champion)];
  const found = mcnemar(challenger.labels, { first, second });
  const differing = [...first.keys()].filter((row) => first[row] !== second[row]);
  const gap = (row: number) => gapAt(row, first[row]!, second[row]!, pair);
  const shown = differing.sort((a, b) => gap(b) - gap(a) || a - b).slice(0, mostExamples);
  return {
    rows: differing.length,
    ...{ onlyChallengerRight: found.onlyFirst, onlyChampionRight: found.onlySecond, pValue: found.pValue },
    examples: shown.map((row) => ({
      ...{ row: row + 1, label: challenger.classes[challenger.labels[row]!]! },
      challenger: answerAt(challenger, row, first[row]!),
      champion: answerAt(champion, row, second[row]!),
      values: valuesAt(rows, row, inputs),
    })),
  };
}

/** How far apart the models are about the two classes that they name. */
const gapAt = (
  row: number,
  mine: number,
  theirs: number,
  { challenger, champion }: { readonly challenger: Scored; readonly champion: Scored },
): number =>
  [mine, theirs].reduce(
    (sum, code) => sum + Math.abs(probabilityAt(challenger, row, code) - probabilityAt(champion, row, code)),
    0,
  );

const probabilityAt = ({ probabilities, classes }: Scored, row: number, code: number): number =>
  probabilities[row * classes.length + code]!;

const answerAt = (scored: Scored, row: number, code: number): Answer => ({
  prediction: scored.classes[code]!,
  confidence: probabilityAt(scored, row, code),
});

const valuesAt = (rows: Table, row: number, inputs: readonly string[]) =>
  Object.fromEntries(
    inputs.slice(0, mostValues).flatMap((name) => {
      const column = columnNamed(rows, name);
      return column === undefined ? [] : [[name, cell(column, row) ?? null]];
    }),
  );

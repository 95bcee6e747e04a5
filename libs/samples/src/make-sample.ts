import { ProblemError } from "@millrace/contracts";
import { bestScore, type BestScore } from "./best-score.js";
import { bankChurn } from "./bank-churn.js";
import { customerEvents } from "./customer-events.js";
import { seededDraw } from "./draw.js";
import { iris } from "./iris.js";
import { networkSecurity } from "./network-security.js";
import type { Cell, SampleKind } from "./sample.js";
import { churn } from "./churn.js";
import { vehicleInsurance } from "./vehicle-insurance.js";

export const sampleKinds: readonly SampleKind[] = [
  networkSecurity,
  vehicleInsurance,
  customerEvents,
  churn,
  bankChurn,
  iris,
];

export interface SampleOptions {
  /** Of the first file. */
  readonly rows: number;
  readonly seed?: number;
  /** By how many standard deviations some of the columns are moved. */
  readonly drift?: number;
}

export interface Sample {
  readonly name: string;
  readonly files: readonly SampleFile[];
  /** What the best of all models would reach on these rows. */
  readonly best: BestScore;
}

export interface SampleFile {
  readonly file: string;
  /** The lines of a CSV file, with their ends; the header is the first. They are drawn while they are read. */
  lines(): Generator<string>;
}

/** Rows of which the true probabilities are known: the same for the same seed, however many are read. */
export function makeSample(name: string, { rows, seed = 1, drift = 0 }: SampleOptions): Sample {
  const kind = kindNamed(name);
  const next = () => kind.rowsOf(seededDraw(seed), drift);
  const files = kind.files.map(({ file, header }, at) => ({ file, lines: () => linesOf(header, next(), at, rows) }));
  const row = next();
  const chances = Float64Array.from({ length: rows }, (_, index) => row(index).chance);
  return { name, files, best: bestScore(kind.metric, chances) };
}

function* linesOf(
  header: readonly string[],
  draw: ReturnType<SampleKind["rowsOf"]>,
  file: number,
  rows: number,
): Generator<string> {
  yield lineOf(header);
  for (let index = 0; index < rows; index++) for (const cells of draw(index).files[file]!) yield lineOf(cells);
}

// No cell of a sample holds a comma, a quote or a line end.
const lineOf = (cells: readonly Cell[]): string => `${cells.map((cell) => cell ?? "").join(",")}\n`;

function kindNamed(name: string): SampleKind {
  const kind = sampleKinds.find((each) => each.name === name);
  if (kind) return kind;
  throw new ProblemError({
    code: "SAMPLE_UNKNOWN",
    where: name,
    message: "there is no sample of this name.",
    remedy: `Use one of ${sampleKinds.map((each) => each.name).join(", ")}.`,
  });
}

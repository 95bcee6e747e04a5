import { standardDeviation, presentSorted, quantile } from "../data/number-summary.js";
import { rowOf, type Matrix } from "../data/matrix.js";
import { requireRoomForNeighbours } from "../neighbours/neighbour-memory.js";

/**
 * Rows of both kinds of columns as points: where two rows have different categories in a column, their squared distance
 * grows by the square of the median of the numbers' standard deviations, as imbalanced-learn has it.
 */
export function mixedPoints(members: Matrix, categorical: readonly number[]): Matrix {
  const numeric = Array.from({ length: members.columns }, (_, column) => column).filter(
    (column) => !categorical.includes(column),
  );
  // A category that two rows do not share differs in two of the columns that are made for it.
  const penalty = medianDeviation(members, numeric) / Math.SQRT2;
  const categories = [...new Set(categorical)].map((column) => categoriesOf(members, column));
  return pointsOf(members, numeric, categories, penalty);
}

function medianDeviation(members: Matrix, numeric: readonly number[]): number {
  const deviations = numeric.map((column) => standardDeviation(Float64Array.from(columnOf(members, column))));
  return quantile(presentSorted(Float64Array.from(deviations)), 0.5);
}

const columnOf = ({ rows, columns, values }: Matrix, column: number): number[] =>
  Array.from({ length: rows }, (_, row) => values[row * columns + column]!);

interface Categories {
  readonly column: number;
  /** Which of the columns that are made for them each category has. */
  readonly places: ReadonlyMap<number, number>;
}

/** A category that all rows have tells nothing, so it gets no column. */
function categoriesOf(members: Matrix, column: number): Categories {
  const codes = [...new Set(columnOf(members, column))].sort((a, b) => a - b);
  return { column, places: new Map(codes.length > 1 ? codes.map((code, place) => [code, place]) : []) };
}

function pointsOf(
  members: Matrix,
  numeric: readonly number[],
  categories: readonly Categories[],
  penalty: number,
): Matrix {
  const columns = categories.reduce((sum, { places }) => sum + places.size, numeric.length);
  requireRoomForNeighbours(members.rows, columns);
  const points = new Float32Array(members.rows * columns);
  for (let row = 0; row < members.rows; row++) {
    const given = rowOf(members, row);
    let at = row * columns;
    for (const column of numeric) points[at++] = given[column]!;
    for (const { column, places } of categories) {
      if (places.size > 0) points[at + places.get(given[column]!)!] = penalty;
      at += places.size;
    }
  }
  return { rows: members.rows, columns, values: points };
}

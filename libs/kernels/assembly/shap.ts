// kernel
// Shapley values of trees, exact for their path-dependent expectation (Lundberg et al. 2020).
//
// A coalition's weight s! (d − 1 − s)! / d! is the integral of tˢ (1 − t)ᵈ⁻¹⁻ˢ over 0 … 1, so what a leaf gives to a column is the
// integral of a product over the other columns of its path: t + z (1 − t) where the row agrees with the path, z (1 − t) where not,
// z being the share of the training rows that do. Gauss-Legendre points integrate these polynomials exactly. One row walks a tree;
// for many rows each leaf has a table by which of its path's columns they agree with (as in Fast TreeSHAP v2, Yang 2021).
import { fillSlots } from "./scoring-questions";
import { prepareTree } from "./shap-factors";
import { COLUMNS, FACTORS, field, OUTPUTS, PATHS, SLOT_COLUMNS, SLOT_KINDS, SLOTS, TREE_BYTES } from "./shap-record";
import { addTables, clearTables, explainByTables, fillTableSlots } from "./shap-tables";
import { explainByWalk } from "./shap-walk";

export { prepareTree };

/**
 * Adds what the trees give to the columns of the rows from `first` to `last` of a block, to values + row × outputs × columns. The
 * rooms are this thread's: slots, whether a row agrees with the path to a node, products, sums, and those of tables.
 */
export function explainRows(
  model: usize, trees: usize, treeCount: i32, first: i32, last: i32, rows: usize, values: usize,
  slots: usize, agrees: usize, products: usize, sums: usize, tables: usize, chunk: i32,
): void {
  for (let begin = first; begin < last; begin += chunk) {
    const count = min(chunk, last - begin);
    const from = rows + (<usize>begin * field(model, COLUMNS) << 2);
    const to = values + (<usize>begin * (field(model, OUTPUTS) * field(model, COLUMNS)) << 3);
    explainChunk(model, trees, treeCount, count, from, to, slots, agrees, products, sums, tables);
  }
}

function explainChunk(
  model: usize, trees: usize, treeCount: i32, count: i32, rows: usize, values: usize,
  slots: usize, agrees: usize, products: usize, sums: usize, tables: usize,
): void {
  fillWalkSlots(model, rows, count, slots);
  if (tables) fillTableSlots(model, slots, count, tables);
  if (tables) clearTables(model, tables);
  for (let index = 0; index < treeCount; index++) {
    const tree = trees + <usize>index * TREE_BYTES;
    const output = <usize>index % field(model, OUTPUTS);
    if (field(tree, PATHS)) explainByTables(model, tree, count, tables, output);
    else walkRows(model, tree, count, values, slots, agrees, products, sums, output);
  }
  if (tables) addTables(model, count, tables, values);
}

function fillWalkSlots(model: usize, rows: usize, count: i32, slots: usize): void {
  for (let row = 0; row < count; row++) {
    const from = rows + (<usize>row * field(model, COLUMNS) << 2);
    const to = slots + (<usize>row * field(model, SLOTS) << 2);
    fillSlots(from, <i32>field(model, SLOTS), field(model, SLOT_COLUMNS), field(model, SLOT_KINDS), to, 0);
  }
}

function walkRows(
  model: usize, tree: usize, count: i32, values: usize,
  slots: usize, agrees: usize, products: usize, sums: usize, output: usize,
): void {
  for (let row = 0; row < count; row++) {
    const from = slots + (<usize>row * field(model, SLOTS) << 2);
    const to = values + (<usize>row * (field(model, OUTPUTS) * field(model, COLUMNS)) << 3);
    explainByWalk(model, tree, field(tree, FACTORS), from, agrees, products, sums, to, output);
  }
}

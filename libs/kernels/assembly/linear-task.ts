/** A task is a record of 32-bit words that the caller fills in; these are their places. Addresses count in bytes. */
const ROWS: usize = 0;
const COLUMNS: usize = 4;
/** Doubles of a row as it is worked on: its columns, a 1 for the intercept, zeros up to a multiple of four. */
const STRIDE: usize = 8;
/** Scores of a row: 1, or one a class. */
const OUTPUTS: usize = 12;
/** 4 or 8 bytes a value. */
const VALUE_BYTES: usize = 16;
const LOSS: usize = 20;
/** Into how many slices the rows are cut; each has sums of its own. */
const SLICES: usize = 24;
/** The next slice that nobody has taken. */
const NEXT: usize = 28;
const VALUES: usize = 32;
const TARGETS: usize = 36;
/** 0 where every row counts 1. */
const ROW_WEIGHTS: usize = 40;
const SHIFT: usize = 44;
const SCALE: usize = 48;
/** OUTPUTS × STRIDE. */
const COEFFICIENTS: usize = 52;
/** One for each slice. */
const LOSSES: usize = 56;
/** OUTPUTS × STRIDE for each slice. */
const GRADIENTS: usize = 60;
/** For each slice: for each pair of outputs k ≥ l a square of STRIDE × STRIDE, of which the lower triangle is filled. */
const CURVATURES: usize = 64;
/** Each thread's own room, see scratchBytes in linear-rows.ts. */
const SCRATCH: usize = 68;
const SCRATCH_BYTES: usize = 72;

export const BINARY: i32 = 0;
export const SOFTMAX: i32 = 1;

/** Rows that are worked on at once: with their scaled copy they stay in the first-level cache. */
export const BLOCK: i32 = 32;

export let rows: i32 = 0;
export let columns: i32 = 0;
export let stride: i32 = 0;
export let outputs: i32 = 0;
export let valueBytes: i32 = 0;
export let loss: i32 = 0;
export let values: usize = 0;
export let targets: usize = 0;
export let rowWeights: usize = 0;
export let shift: usize = 0;
export let scale: usize = 0;
export let coefficients: usize = 0;
export let losses: usize = 0;
export let gradients: usize = 0;
export let curvatures: usize = 0;
/** This thread's: a block of rows, the block times the factors of its rows, the scores, the residuals or factors. */
export let block: usize = 0;
export let scaledBlock: usize = 0;
export let scores: usize = 0;
export let residuals: usize = 0;

let task: usize = 0;
let slices: i32 = 0;
let sliceRows: i32 = 0;

export function openTask(address: usize, thread: i32): void {
  task = address;
  rows = load<i32>(task + ROWS);
  columns = load<i32>(task + COLUMNS);
  stride = load<i32>(task + STRIDE);
  outputs = load<i32>(task + OUTPUTS);
  valueBytes = load<i32>(task + VALUE_BYTES);
  loss = load<i32>(task + LOSS);
  slices = load<i32>(task + SLICES);
  openAddresses();
  openScratch(load<u32>(task + SCRATCH) + load<u32>(task + SCRATCH_BYTES) * thread);
  const perSlice = (rows + slices - 1) / slices;
  sliceRows = ((perSlice + BLOCK - 1) / BLOCK) * BLOCK;
}

function openAddresses(): void {
  values = load<u32>(task + VALUES);
  targets = load<u32>(task + TARGETS);
  rowWeights = load<u32>(task + ROW_WEIGHTS);
  shift = load<u32>(task + SHIFT);
  scale = load<u32>(task + SCALE);
  coefficients = load<u32>(task + COEFFICIENTS);
  losses = load<u32>(task + LOSSES);
  gradients = load<u32>(task + GRADIENTS);
  curvatures = load<u32>(task + CURVATURES);
}

function openScratch(scratch: usize): void {
  block = scratch;
  scaledBlock = block + ((<usize>BLOCK * stride) << 3);
  scores = scaledBlock + ((<usize>BLOCK * stride) << 3);
  residuals = scores + ((<usize>BLOCK * outputs) << 3);
  // The memory may have served another task before.
  memory.fill(block, 0, (<usize>BLOCK * stride) << 3);
  for (let row = 0; row < BLOCK; row++) store<f64>(block + ((<usize>row * stride + columns) << 3), 1);
}

/** The next slice for this thread; −1 when all are taken. */
export function takeSlice(): i32 {
  const slice = atomic.add<i32>(task + NEXT, 1);
  return slice < slices ? slice : -1;
}

@inline
export function firstRowOf(slice: i32): i32 {
  return min(slice * sliceRows, rows);
}

@inline
export function endRowOf(slice: i32): i32 {
  return min((slice + 1) * sliceRows, rows);
}

// What a tree is grown on and by which rules, as learning's models/gradient-boosting-memory.ts lays it out: words, then numbers.
// Every thread has an instance of its own and so its own copy of these.

export let thread: i32 = 0;
export let threads: i32 = 1;
export let meetingPlace: usize = 0;
export let rows: i32 = 0;
export let columns: i32 = 0;
export let bins: usize = 0;
export let stride: i32 = 0;
/** Where questions read the bin of a row and a column: side by side for a column where there is room for bins in that order too. */
export let askedBins: usize = 0;
export let askedRowStep: i32 = 0;
export let askedColumnStep: i32 = 0;
/** How many bins each column uses (i32), which hold categories and which the tree may ask (u8), and which way outputs go (i8). */
export let binCounts: usize = 0;
export let categorical: usize = 0;
export let used: usize = 0;
export let monotone: usize = 0;
/** A float32 a row. Where there are no weights their address is 0; a row of weight 0 is not learned from. */
export let labels: usize = 0;
export let weights: usize = 0;
export let scores: usize = 0;
export let scoreCount: i32 = 1;
/** Of each row, the logarithm of the sum of its exponentiated scores. */
export let norms: usize = 0;
export let gradients: usize = 0;
export let index: usize = 0;
export let spare: usize = 0;
export let pool: usize = 0;
export let poolSlots: i32 = 0;
export let partials: usize = 0;
export let workspaces: usize = 0;
export let workspaceBytes: i32 = 0;
export let candidates: usize = 0;
export let nodes: usize = 0;
export let blockSums: usize = 0;
export let mostLeaves: i32 = 0;
export let maxDepth: i32 = 0;
export let objective: i32 = 0;
export let sampleSeed: u32 = 0;
/** A row is learned from where its hash is not above; all are where it is the largest number. */
export let sampleLimit: u32 = 0;
export let sortSpace: usize = 0;
export let mostCategories: i32 = 0;

export let learningRate: f64 = 0;
export let minRows: f64 = 0;
export let minHessian: f64 = 0;
export let minGain: f64 = 0;
export let l1: f64 = 0;
export let l2: f64 = 0;
export let quantile: f64 = 0;
export let categorySmooth: f64 = 0;
export let categoryL2: f64 = 0;
export let categoryRows: f64 = 0;
/** Makes whole numbers of weights, so that their sums do not depend on the order. */
export let coverScale: f64 = 0;
/** About what the weights are, where that is far from 1. */
export let weightUnit: f64 = 1;

const NUMBERS: usize = 256;

let cursor: usize = 0;

@inline
function word(): u32 {
  cursor += 4;
  return load<u32>(cursor - 4);
}

@inline
function number(): f64 {
  cursor += 8;
  return load<f64>(cursor - 8);
}

export function readSettings(place: usize, ofThread: i32): void {
  thread = ofThread;
  readPlaces(place);
  readRules(place);
}

function readPlaces(place: usize): void {
  cursor = place;
  threads = word();
  meetingPlace = word();
  rows = word();
  columns = word();
  bins = word();
  stride = word();
  askedBins = word();
  askedRowStep = word();
  askedColumnStep = word();
  binCounts = word();
  categorical = word();
  used = word();
  monotone = word();
  labels = word();
  weights = word();
  scores = word();
  scoreCount = word();
  norms = word();
  gradients = word();
  index = word();
  spare = word();
  pool = word();
  poolSlots = word();
  partials = word();
  workspaces = word();
  workspaceBytes = word();
  candidates = word();
  nodes = word();
  blockSums = word();
  sortSpace = word();
}

function readRules(place: usize): void {
  mostLeaves = word();
  maxDepth = word();
  objective = word();
  mostCategories = word();
  sampleSeed = word();
  sampleLimit = word();
  cursor = place + NUMBERS;
  learningRate = number();
  minRows = number();
  minHessian = number();
  minGain = number();
  l1 = number();
  l2 = number();
  quantile = number();
  categorySmooth = number();
  categoryL2 = number();
  categoryRows = number();
  coverScale = number();
  weightUnit = number();
}

/** Rows come in blocks, and a thread takes whole ones: so sums of floats by block do not depend on the count of threads. */
export const BLOCK = 1024;

export function firstRowOf(ofThread: i32): i32 {
  const blocks = (rows + BLOCK - 1) / BLOCK;
  return min(rows, <i32>((<i64>blocks * ofThread) / threads) * BLOCK);
}

/** A thread merges and searches the columns from its first to the next thread's. */
@inline
export function firstColumnOf(ofThread: i32): i32 {
  return <i32>((<i64>columns * ofThread) / threads);
}

@inline
export function isUsed(column: i32): bool {
  return load<u8>(used + <usize>column) != 0;
}

@inline
export function binCount(column: i32): i32 {
  return load<i32>(binCounts + (<usize>column << 2));
}

/** Whether this tree learns from the row: by its weight, and by a hash of the round's seed. */
@inline
export function isLearnedFrom(row: i32): bool {
  if (weights && load<f32>(weights + (<usize>row << 2)) == 0) return false;
  return sampleLimit == u32.MAX_VALUE || hashOf(row) <= sampleLimit;
}

export function learnsFromAll(): bool {
  return weights == 0 && sampleLimit == u32.MAX_VALUE;
}

/** Mixing steps of MurmurHash3. */
@inline
function hashOf(row: i32): u32 {
  let hash = (<u32>row * 0x9e3779b1) ^ sampleSeed;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}

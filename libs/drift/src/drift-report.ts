export interface DriftOptions {
  /** The smallest effect that counts, from 0 to 1. */
  readonly effect?: number;
  /** How often data without drift may be taken for drifted. */
  readonly rate?: number;
  /** The columns to look at: by default all that both profiles have. */
  readonly columns?: readonly string[];
}

export interface DriftReport {
  readonly columns: readonly ColumnDrift[];
  /** How many columns drifted, and which share of those compared that is. */
  readonly drifted: number;
  readonly share: number;
  /** Columns that only one profile has, and those that are numbers in one and texts in the other. */
  readonly missing: readonly string[];
  readonly added: readonly string[];
  readonly otherKind: readonly string[];
}

export interface ColumnDrift {
  readonly name: string;
  readonly kind: "number" | "text";
  /** Both the effect and the test say so. */
  readonly drifted: boolean;
  /** From 0, the same, to 1, nothing in common; what chance adds in small samples is taken off. */
  readonly effect: number;
  readonly distances: Distances;
  /** How often two samples of the same data differ by so much. */
  readonly p: number;
  /** p after false-discovery control over the columns. */
  readonly q: number;
  readonly figures: { readonly reference: Figures; readonly current: Figures };
  /** Texts whose share changed most, the most changed first. */
  readonly changes: readonly TextChange[];
  /** What changed most, as the rest of a sentence: "its mean is 12.1 and was 10.4". */
  readonly sentence: string;
}

/** As they are, with what chance adds. */
export interface Distances {
  /** Population stability index, which has no upper end. */
  readonly psi: number;
  /** Jensen and Shannon's distance, from 0 to 1. */
  readonly js: number;
  /** Of numbers: Wasserstein's distance in robust spreads of the reference, from 0 to 20. */
  readonly wasserstein?: number;
  /** Of numbers: the largest difference of the shares below any value (Kolmogorov and Smirnov), from 0 to 1. */
  readonly ks?: number;
}

export interface Figures {
  readonly rows: number;
  /** The share of rows without a value. */
  readonly missing: number;
  readonly distinct: number;
  readonly mean?: number;
  readonly deviation?: number;
  readonly median?: number;
  readonly min?: number;
  readonly max?: number;
}

export interface TextChange {
  readonly text: string;
  /** Shares of the texts that are there. */
  readonly reference: number;
  readonly current: number;
}

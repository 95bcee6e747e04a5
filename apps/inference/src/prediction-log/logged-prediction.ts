/** What the log keeps of one request, whatever came of it. The log reads it at once and keeps no reference to it. */
export interface LoggedPrediction {
  readonly id: string;
  readonly at: Date;
  readonly model: string;
  readonly version?: number;
  readonly status: number;
  /** By name, or by position: then `names` says which column is where. */
  readonly features?: readonly unknown[] | Readonly<Record<string, unknown>>;
  /** The model's feature names in order: without them features by position can't be redacted, so they are left out. */
  readonly names?: readonly string[];
  readonly prediction?: string;
  readonly confidence?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly milliseconds: number;
  readonly trace?: string;
  readonly caller?: string;
  /** What was wrong with the request, as its caller was told. */
  readonly problem?: string;
}

/** The true answer to an earlier request, as somebody learnt it. */
export interface LoggedLabel {
  readonly predictionId: string;
  readonly at: Date;
  readonly model: string;
  readonly label: string;
  readonly caller?: string;
}

import {
  compareScored,
  evaluateWithReasons,
  metricIntervals,
  seededRandom,
  type MetricName,
  type Scored,
} from "@millrace/learning";

/** A metric with its confidence interval, or with the reason why these rows give none. */
export interface Figure {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly method?: string;
  readonly noInterval?: string;
}

/** How much the challenger is above the champion: challenger − champion, whichever way is better. */
export interface Difference extends Partial<Omit<Figure, "value">> {
  readonly value?: number;
  readonly pValue?: number;
}

export type Figures = Partial<Record<MetricName, Figure>>;
export type Differences = Partial<Record<MetricName, Difference>>;

export interface FigureSettings {
  readonly confidence: number;
  readonly seed: number;
  /** Those that decide something: only these get an interval, which takes a thousand times as long. */
  readonly metrics: readonly MetricName[];
}

export interface Evaluated {
  readonly figures: Figures;
  /** Why the other metrics have no value on these rows. */
  readonly omitted: Partial<Record<MetricName, string>>;
}

/** Every metric of one model, those that decide with their intervals: all from the same resamples. */
export function figuresOf(scored: Scored, settings: FigureSettings): Evaluated {
  const { values, omitted } = evaluateWithReasons(scored);
  const told = settings.metrics.filter((name) => whyNoInterval(name, scored, omitted) === undefined);
  const intervals = metricIntervals(scored, { ...resampling(scored, settings), metrics: told });
  const figures: Figures = {};
  for (const [name, value] of Object.entries(values) as [MetricName, number][]) {
    const decides = settings.metrics.includes(name);
    figures[name] = decides
      ? { value, ...intervalOf(intervals[name], whyNoInterval(name, scored, omitted)) }
      : { value };
  }
  return { figures, omitted };
}

function intervalOf(found: ReturnType<typeof metricIntervals>[MetricName], noInterval: string | undefined) {
  if (found === undefined) return { noInterval };
  if (found.low === found.high) return { noInterval: "every resample of these rows gives the same value" };
  return { low: found.low, high: found.high, method: found.method };
}

interface Pair {
  readonly challenger: Scored;
  readonly champion: Scored;
}

/** The two models on the same rows, metric by metric. */
export function differencesOf(pair: Pair, settings: FigureSettings): Differences {
  const { omitted } = evaluateWithReasons(pair.challenger);
  return Object.fromEntries(settings.metrics.map((name) => [name, differenceOf(name, { ...pair, omitted }, settings)]));
}

function differenceOf(
  name: MetricName,
  { challenger, champion, omitted }: Pair & Pick<Evaluated, "omitted">,
  settings: FigureSettings,
): Difference {
  if (challenger.classes.join("\n") !== champion.classes.join("\n"))
    return { noInterval: "the two models do not know the same classes" };
  const noInterval = whyNoInterval(name, challenger, omitted);
  if (noInterval !== undefined) return { noInterval };
  const found = compareScored(name, { first: challenger, second: champion }, resampling(challenger, settings));
  const { difference: value, low, high, method, pValue } = found;
  return { value, low, high, method, pValue };
}

const LEAST_ROWS = 20;
const LEAST_OF_A_CLASS = 5;
const ROWS_TO_DRAW = 2e7;
/** From here on there is no skewness to correct. */
const MANY_ROWS = 50_000;

/** These are means over the rows; the others hang on the rarest class. */
const meansOfRows: readonly MetricName[] = ["accuracy", "log_loss", "brier", "calibration_error"];

/** Resamples of a handful of rows are all alike, and tell of a certainty that is not there. */
function whyNoInterval(
  name: MetricName,
  { labels, classes }: Scored,
  omitted: Evaluated["omitted"],
): string | undefined {
  if (labels.length < LEAST_ROWS) return `there are ${labels.length} test rows, and an interval takes ${LEAST_ROWS}`;
  if (omitted[name] !== undefined) return omitted[name].replace(/\.$/, "");
  if (meansOfRows.includes(name)) return undefined;
  const counts = countsOf(labels, classes.length);
  const rare = counts.findIndex((count) => count > 0 && count < LEAST_OF_A_CLASS);
  if (rare < 0) return undefined;
  return `${counts[rare]} of the test rows are of the class ${classes[rare]}, and an interval takes ${LEAST_OF_A_CLASS}`;
}

function countsOf(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const code of labels) counts[code]! += 1;
  return counts;
}

/** As many resamples as the rows leave time for. */
const resampling = ({ labels }: Scored, { confidence, seed }: FigureSettings) => ({
  confidence,
  random: seededRandom(seed),
  replicates: Math.min(1000, Math.max(200, Math.floor(ROWS_TO_DRAW / labels.length))),
  method: labels.length < MANY_ROWS ? ("bca" as const) : ("percentile" as const),
});

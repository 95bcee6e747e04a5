import { digestOf, millisecondsOf, shortDigestOf, type ArtifactRef, type PipelineSpec } from "@millrace/contracts";
import { defineCollection, type RecordStore } from "@millrace/storage";
import type { StagedColumn } from "@millrace/tables";
import { larger, watermarkColumn, type Watermark } from "./watermark.js";

/** The rows that one run brought, kept for the runs after it. */
export interface Span {
  readonly run: string;
  readonly at: string;
  readonly rows: number;
  readonly artifact: ArtifactRef;
  readonly columns: readonly StagedColumn[];
  readonly location: string;
  readonly digest?: string;
  /** Beyond which watermark it was read, less the time that rows may come late. */
  readonly from?: Watermark;
  readonly to?: Watermark;
  /** The files or objects that it was read from, with what they were. */
  readonly seen?: Readonly<Record<string, string>>;
}

/** What a run's dataset is made of: written once, before anything is said of it. */
export interface SpanRun {
  readonly pipeline: string;
  readonly run: string;
  readonly source: string;
  readonly own: Span;
  readonly kept: readonly Span[];
  /** The watermark before this run. */
  readonly from?: Watermark;
}

/** How far a pipeline's source was read, and by which spans. */
export interface SourceProgress {
  readonly pipeline: string;
  readonly watermark?: Watermark;
  readonly spans: readonly Span[];
  /** How many rows the last dataset had. */
  readonly rows: number;
}

export const spanRunCollection = defineCollection<SpanRun>({
  name: "span-runs",
  indexes: { byPipeline: ["pipeline"] },
});
export const sourceProgressCollection = defineCollection<SourceProgress>({ name: "source-progress", indexes: {} });

export interface SpanBook {
  ofRun(run: string): Promise<SpanRun | undefined>;
  progress(): Promise<SourceProgress | undefined>;
  /** The spans that a run beginning now still has use for. */
  kept(progress: SourceProgress | undefined, now: Date): readonly Span[];
  /** Writes what a run is made of, unless that was done before; what stands is given back. */
  decide(run: SpanRun): Promise<SpanRun>;
  /** Moves the watermark over what a run read. Doing it twice is doing it once. */
  advance(run: SpanRun, rows: number): Promise<void>;
}

/**
 * The spans of one pipeline's source. A run's record is put before the watermark moves, and the watermark moves before the run
 * says anything: whoever dies in between does it again, finds the record, and says the same of the same rows. Rows that were
 * read for a dataset that was refused are read again, because nothing was written of them.
 */
export function openSpanBook(records: RecordStore, spec: PipelineSpec): SpanBook {
  const runs = records.records(spanRunCollection);
  const progress = records.records(sourceProgressCollection);
  const source = sourceKey(spec);
  return {
    async ofRun(run) {
      const found = (await runs.get(keyOf(spec.name, run, source)))?.value;
      return found;
    },
    progress: async () => (await progress.get(source))?.value,
    kept: (known, now) => (known?.spans ?? []).filter((span) => !isOver(span, spec.span.window, now)),
    decide: async (run) => (await runs.putIfAbsent(keyOf(spec.name, run.run, source), run)).record.value,
    advance: async (run, rows) =>
      void (await progress.update(source, (current) => {
        const next = advanced(current, run, rows);
        return current !== undefined && digestOf(current) === digestOf(next) ? undefined : next;
      })),
  };
}

/** Another query or another watermark begins anew: its rows are others. */
const sourceKey = (spec: PipelineSpec): string =>
  `${spec.name}/${shortDigestOf({ source: spec.source, watermark: watermarkColumn(spec) ?? "" }, 16)}`;

const keyOf = (pipeline: string, run: string, source: string): string => `${pipeline}/${run}/${source.split("/")[1]!}`;

const isOver = ({ at }: Span, window: string | undefined, now: Date): boolean =>
  window !== undefined && Date.parse(at) < now.getTime() - millisecondsOf(window);

/** Where two runs read at the same time both their spans stay; rows that are in both count once. */
function advanced(current: SourceProgress | undefined, { own, kept, pipeline }: SpanRun, rows: number): SourceProgress {
  if (current?.spans.some(({ run }) => run === own.run)) return current;
  const watermark = larger(current?.watermark, own.to);
  const others = (current?.spans ?? []).filter((span) => kept.some(({ run }) => run === span.run) || span.at > own.at);
  return { pipeline, ...(watermark !== undefined && { watermark }), spans: [...others, own], rows };
}

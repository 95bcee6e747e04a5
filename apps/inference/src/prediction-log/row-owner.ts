import type { ServeLog } from "@millrace/contracts";
import { unknownModel } from "./log-parts.js";
import type { LoggedPrediction } from "./logged-prediction.js";
import type { LogRule } from "./log-rules.js";
import { isOfSeries, seriesOf, type Owner, type Series } from "./series.js";

export interface RowOwnersOptions {
  /** Whether a model of that name serves, so that it may have a folder of its own. */
  isKnown(model: string): boolean;
  namesOf(model: string, version: number): readonly string[] | undefined;
  /** What the version's pipeline says; rejects while that can't be read. */
  settingsOf(model: string, version: number): Promise<ServeLog>;
  ruleOf(settings: ServeLog): LogRule;
  /** A rule has come, and rows may wait for it. */
  onRule(): void;
}

/** `waiting`: the rule of this version is being read. */
export type RuleState = { rule: LogRule } | "waiting";

export interface RowOwners {
  ruleFor(model: string, version: number | undefined): RuleState | undefined;
  seriesFor(entry: LoggedPrediction, rule: LogRule | undefined): Series;
  /** Resolves when every rule that was asked for is there, or can't be had. */
  settled(): Promise<unknown>;
}

const SERIES_KEPT = 8;

interface ModelState {
  readonly rules: Map<number, RuleState>;
  readonly series: Series[];
  next: number;
}

/** Under which rule a row is written, and what it shares with the rows before it. */
export function openRowOwners(options: RowOwnersOptions): RowOwners {
  const models = new Map<string, ModelState>();
  const unknown = stateOf();
  const reading = new Set<Promise<void>>();

  function stateFor(model: string): ModelState {
    const state = models.get(model);
    if (state !== undefined) return state;
    if (!options.isKnown(model)) return unknown;
    const made = stateOf();
    models.set(model, made);
    return made;
  }

  function ruleFor(model: string, version: number | undefined): RuleState | undefined {
    const { rules } = stateFor(model);
    if (version === undefined) return undefined;
    const rule = rules.get(version);
    if (rule === undefined) read(rules, model, version);
    return rule ?? rules.get(version);
  }

  function read(rules: Map<number, RuleState>, model: string, version: number): void {
    rules.set(version, "waiting");
    const done = options
      .settingsOf(model, version)
      .then(
        (settings) => void rules.set(version, { rule: options.ruleOf(settings) }),
        // The next row asks again.
        () => void rules.delete(version),
      )
      .finally(() => reading.delete(done))
      .finally(options.onRule);
    reading.add(done);
  }

  function seriesFor(entry: LoggedPrediction, rule: LogRule | undefined): Series {
    const state = stateFor(entry.model);
    for (const series of state.series) if (isOfSeries(series, entry, rule) && isAsked(series, entry)) return series;
    const made = seriesOf(entry, ownerOf(entry, rule, state === unknown));
    state.series[state.next++ % SERIES_KEPT] = made;
    return made;
  }

  const isAsked = ({ model, asked }: Series, entry: LoggedPrediction) => (asked ?? model) === entry.model;

  function ownerOf({ model, version, names }: LoggedPrediction, rule: LogRule | undefined, stranger: boolean): Owner {
    if (stranger) return { model: unknownModel, asked: model.slice(0, 200), rule, names };
    return { model, rule, names: names ?? (version === undefined ? undefined : options.namesOf(model, version)) };
  }

  return { ruleFor, seriesFor, settled: () => Promise.all(reading) };
}

const stateOf = (): ModelState => ({ rules: new Map(), series: [], next: 0 });

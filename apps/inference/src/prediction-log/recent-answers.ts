export interface RecentAnswer {
  readonly model: string;
  readonly version: number;
  readonly prediction: string;
}

export interface RecentAnswers {
  /** A few stores into arrays: this is on the path of every prediction. */
  note(id: string, model: string, version: number | undefined, prediction: string | undefined): void;
  find(id: string): RecentAnswer | undefined;
}

const KEPT = 32_768;

/** What was answered last, so that a label that comes soon can be held against its answer without reading the log. */
export function openRecentAnswers(kept = KEPT): RecentAnswers {
  const ids: (string | undefined)[] = new Array<undefined>(kept).fill(undefined);
  const models: string[] = new Array<string>(kept).fill("");
  const predictions: string[] = new Array<string>(kept).fill("");
  const versions = new Int32Array(kept);
  const places = new Map<string, number>();
  let noted = 0;
  let indexed = 0;

  /** Only when somebody asks are the ids put where they are found. */
  function index(): void {
    if (noted - indexed > kept) indexed = noted - kept;
    for (; indexed < noted; indexed++) places.set(ids[indexed % kept]!, indexed);
    if (places.size <= 2 * kept) return;
    for (const [id, place] of places) if (place < noted - kept) places.delete(id);
  }

  return {
    note(id, model, version, prediction) {
      if (version === undefined || prediction === undefined) return;
      const place = noted % kept;
      ids[place] = id;
      models[place] = model;
      predictions[place] = prediction;
      versions[place] = version;
      noted++;
    },
    find(id) {
      index();
      const place = places.get(id);
      if (place === undefined || place < noted - kept) return undefined;
      const at = place % kept;
      return { model: models[at]!, version: versions[at]!, prediction: predictions[at]! };
    },
  };
}

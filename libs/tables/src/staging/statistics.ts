import type { ColumnDescription } from "../describe-columns.js";
import { firstRow } from "../duckdb/open-database.js";
import type { RowStore } from "../plain/row-store.js";
import { hashedText } from "./column-words.js";
import { scanRows } from "./scan-rows.js";
import { countRows, type StagedRows } from "./staged-rows.js";

interface TextsFound {
  readonly missing: number;
  readonly distinct: number;
}

/** What each column holds, over all rows. A split has found the numbers already; otherwise it takes a pass of its own. */
export async function statistics(staged: StagedRows): Promise<readonly ColumnDescription[]> {
  const numbers = staged.numbers ?? (await scanRows(staged, await countRows(staged), { seed: 0 })).numbers;
  const places = staged.columns.flatMap(({ kind }, index) => (kind === "text" ? [index] : []));
  const texts = await (staged.store ? storedTexts(staged.store, places) : tabledTexts(staged, places));
  return staged.columns.map(({ name, kind }, index) =>
    kind === "number" ? { name, kind, ...numbers.get(index)!.described() } : { name, kind, ...texts.get(index)! },
  );
}

async function tabledTexts({ connect }: StagedRows, places: readonly number[]): Promise<Map<number, TextsFound>> {
  if (places.length === 0) return new Map();
  const asked = places.map((place) => `count(*) - count(c${place}), count(distinct c${place})`);
  const row = await firstRow(await connect(), `select ${asked.join(", ")} from staged`);
  return new Map(
    places.map((place, at) => [place, { missing: Number(row[2 * at]), distinct: Number(row[2 * at + 1]) }]),
  );
}

/** Texts are told apart by hashes of 53 bits, so that those of a column with many need not be held. */
async function storedTexts(store: RowStore, places: readonly number[]): Promise<Map<number, TextsFound>> {
  const counters = places.map(() => textCounter());
  for await (const block of store.blocks())
    places.forEach((place, at) => {
      const { codes, dictionary } = block.texts(place);
      counters[at]!.add(codes, dictionary.size, dictionary.bytesOf);
    });
  return new Map(places.map((place, at) => [place, counters[at]!.found()]));
}

function textCounter() {
  let [missing, hashes, count] = [0, new Float64Array(64), 0];
  function settle(): void {
    const sorted = hashes.subarray(0, count).sort();
    let kept = 0;
    for (let at = 0; at < count; at++) if (at === 0 || sorted[at] !== sorted[at - 1]) hashes[kept++] = sorted[at]!;
    count = kept;
  }
  function remember(text: Uint8Array): void {
    if (count === hashes.length) {
      settle();
      if (2 * count > hashes.length)
        hashes = Float64Array.from({ length: 2 * hashes.length }, (_, at) => hashes[at] ?? 0);
    }
    const [low, high] = hashedText(text);
    hashes[count++] = (high >>> 0) * 2 ** 32 + (low >>> 0);
  }
  function add(codes: Int32Array, size: number, textOf: (code: number) => Uint8Array): void {
    const used = new Uint8Array(size);
    let absent = 0;
    for (let row = 0; row < codes.length; row++) {
      if (codes[row]! < 0) absent++;
      else used[codes[row]!] = 1;
    }
    missing += absent;
    for (let code = 0; code < size; code++) if (used[code]) remember(textOf(code));
  }
  const found = (): TextsFound => {
    settle();
    return { missing, distinct: count };
  };
  return { add, found };
}

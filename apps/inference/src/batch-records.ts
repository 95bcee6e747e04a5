/** One record of a stream: a line, or with quotes in CSV several; undefined where it was too long to keep. */
export type TakeRecord = (record: Buffer | undefined, line: number) => void;

/** No row is longer; without a limit one that never ends would fill the memory. */
export const MOST_RECORD_BYTES = 1_000_000;

const [NEWLINE, QUOTE, RETURN] = [0x0a, 0x22, 0x0d];
const nothing = Buffer.alloc(0);

/** Cuts bytes into records, however they are cut into chunks. `line` is where a record begins, from 1 on. */
export function openRecords(take: TakeRecord, { quotes }: { quotes: boolean }) {
  let kept: Buffer = nothing;
  /** How much of `kept` was looked through already. */
  let seen = 0;
  let isOpen = false;
  let isTooLong = false;
  let line = 1;
  let linesWithin = 0;

  function feed(chunk: Buffer): void {
    const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    let begin = 0;
    let from = seen;
    for (let newline = bytes.indexOf(NEWLINE, from); newline >= 0; newline = bytes.indexOf(NEWLINE, from)) {
      if (quotes && hasOddQuotes(bytes.subarray(from, newline))) isOpen = !isOpen;
      from = newline + 1;
      linesWithin += 1;
      if (isOpen && !isTooLong) continue;
      end(bytes.subarray(begin, newline));
      begin = from;
    }
    keep(bytes.subarray(begin), from - begin);
  }

  function end(record: Buffer): void {
    if (isTooLong || record.length > MOST_RECORD_BYTES) take(undefined, line);
    else if (record.length > 0) take(withoutReturn(record), line);
    line += linesWithin;
    linesWithin = 0;
    isTooLong = isOpen = false;
  }

  function keep(bytes: Buffer, lookedThrough: number): void {
    isTooLong ||= bytes.length > MOST_RECORD_BYTES;
    kept = isTooLong ? nothing : bytes;
    seen = isTooLong ? 0 : lookedThrough;
  }

  function finish(): void {
    if (isTooLong || kept.length > 0) end(kept);
    kept = nothing;
  }

  return { feed, finish };
}

/** A quote stands open behind an odd number of them. */
function hasOddQuotes(bytes: Buffer): boolean {
  let isOdd = false;
  for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) isOdd = !isOdd;
  return isOdd;
}

const withoutReturn = (record: Buffer): Buffer => (record.at(-1) === RETURN ? record.subarray(0, -1) : record);

import { BLOCK_BYTES, clearBlock, newBlock, sealedBytes, type Block } from "./block.js";
import { openSegment, segmentName, type Segment } from "./segment.js";

const KEPT_FREE = 4;

export interface SpoolOptions {
  readonly folder: string;
  readonly replica: string;
  readonly memoryBytes: number;
  readonly segmentBytes: number;
  /** How long rows stay in an open segment at most. */
  readonly segmentSeconds: number;
  readonly clock: () => Date;
  /** Whether so many bytes more may lie on this machine's disk. */
  mayKeep(bytes: number): boolean;
  /** A segment is whole, and nothing is added to it any more. */
  onSealed(path: string, bytes: number): void;
  onDropped(reason: string, rows: number): void;
  onProblem(error: unknown): void;
  onWritten(rows: number): void;
}

export interface Spool {
  /** The block to write into; undefined where the memory is used up. */
  block(): Block | undefined;
  /** The block to write into, now that there was no room in the other. */
  nextBlock(): Block | undefined;
  /** Brings all rows to the disk, and seals the segment when it is its time. False: the disk did not take them. */
  flush(): Promise<boolean>;
  /** Flushes, and seals what is open. */
  seal(): Promise<void>;
  openBytes(): number;
}

/** Rows in memory on their way to this machine's disk. Writing is asynchronous and in order; while it goes on, new rows fill other blocks. */
export function openSpool(options: SpoolOptions): Spool {
  const most = Math.max(2, Math.floor(options.memoryBytes / BLOCK_BYTES));
  const waiting: Block[] = [];
  const free: Block[] = [];
  let made = 0;
  let active: Block | undefined;
  let segment: Segment | undefined;
  let segments = 0;
  let sealing: Promise<void> = Promise.resolve();
  let writing: Promise<void> | undefined;

  function take(): Block | undefined {
    const block = free.pop();
    if (block !== undefined) return clearBlock(block);
    if (made >= most) return undefined;
    made++;
    return clearBlock(newBlock());
  }

  /** After a rush the memory is given back. */
  function giveBack(written: Block): void {
    if (free.length < KEPT_FREE) free.push(written);
    else made--;
  }

  const block = () => (active ??= take());

  function nextBlock(): Block | undefined {
    pass();
    void write();
    return block();
  }

  function pass(): void {
    if (active !== undefined && active.rows > 0) {
      waiting.push(active);
      active = undefined;
    }
  }

  const write = (): Promise<void> =>
    (writing ??= writeAll().finally(() => {
      writing = undefined;
    }));

  /** A block that the disk refuses stays the first in line, and is tried again at the next flush. */
  async function writeAll(): Promise<void> {
    try {
      for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
        await keep(first);
        waiting.shift();
        giveBack(first);
      }
    } catch (error) {
      options.onProblem(error);
    }
  }

  async function keep(full: Block): Promise<void> {
    if (!options.mayKeep(full.to.at + (segment?.size ?? 0))) return options.onDropped("disk", full.rows);
    segment ??= await begin();
    await segment.append(sealedBytes(full));
    options.onWritten(full.rows);
    if (segment.size >= options.segmentBytes) end();
  }

  function begin(): Promise<Segment> {
    const now = options.clock();
    return openSegment(options.folder, segmentName(now, options.replica, ++segments), now.getTime());
  }

  /** In the background: the next rows go to the next segment meanwhile. */
  function end(): void {
    const whole = segment!;
    segment = undefined;
    const sealed = whole.seal().then((path) => options.onSealed(path, whole.size), options.onProblem);
    sealing = Promise.all([sealing, sealed]).then(() => undefined);
  }

  const isOld = () =>
    segment !== undefined && options.clock().getTime() - segment.openedAt >= options.segmentSeconds * 1000;

  async function flush(): Promise<boolean> {
    pass();
    // What is being written may have begun before the block that was just passed on.
    if (writing !== undefined) await writing;
    if (waiting.length > 0) await write();
    if (writing === undefined && isOld()) end();
    return waiting.length === 0;
  }

  async function seal(): Promise<void> {
    await flush();
    if (segment !== undefined) end();
    await sealing;
  }

  return { block, nextBlock, flush, seal, openBytes: () => segment?.size ?? 0 };
}

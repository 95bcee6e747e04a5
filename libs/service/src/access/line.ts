export interface LineOptions<Item> {
  begin(item: Item): void;
  refuse(item: Item): void;
  /** Whoever asked is gone: nobody waits for the answer. */
  isGone(item: Item): boolean;
  /** For how long requests may stand in line, in milliseconds, once there has been a line for a while. */
  queueMs: number;
  maxInFlight: number;
  ticks?: () => number;
  /** Calls back, each by itself, once the event loop has looked at all sockets; setImmediate. */
  afterTurn?: (run: () => void) => void;
}

export interface Line<Item> {
  /** Begins the request now, lets it stand in line, or refuses it. */
  join(item: Item): void;
  /** A request waits for something; the function it answers says that it waits no more. */
  wait(): () => void;
  inFlight(): number;
}

/** For how long there has to be a line before anybody is sent away, and how much may come at once until then. */
const PATIENCE_MS = 100;
const BURST_MS = 200;
/**
 * How long the event loop works before it looks at the sockets again. It takes one new connection each time it looks, so
 * with long turns nobody would get in, not even who asks for the health; but most of the time belongs to work.
 */
const [SHORTEST_SLICE_MS, LONGEST_SLICE_MS, WORK_FOR_LOOKING] = [2, 20, 4];
/** How many more of those in line are called up for a slice than the last one took. */
const CALLED_UP = 16;
/** Over how long the speed is averaged: a pause of the machine must not look like a slow service. */
const AVERAGED_MS = 1000;
const FEWEST = 8;

/**
 * The line before the routes (after CoDel: nobody is refused until there has been a line for a while). It may be as long as
 * can be answered, at the speed of late, in the time that is allowed. While there is none, requests begin at once.
 */
export function openLine<Item>(options: LineOptions<Item>): Line<Item> {
  const { begin, refuse, isGone, queueMs, maxInFlight } = options;
  const { ticks = () => performance.now(), afterTurn = setImmediate } = options;
  const waiting = openQueue<Item>();
  let inFlight = 0;
  /** When the loop was last seen to look or to work; unset while there is nothing to do. */
  let at: number | undefined;
  let sliceEnds = 0;
  let calledUp = 0;
  let [begun, inSlice] = [0, 0];
  let learned = 0;
  let lineSince: number | undefined;
  let lineSeen = -Infinity;
  /** Requests and milliseconds of late, the later the heavier. */
  let [served, busy] = [0, 0];

  const within = (ms: number) => (busy < 1 ? Infinity : Math.max(FEWEST, (served / busy) * ms));
  const isPressed = (now: number) => lineSince !== undefined && now - lineSince >= PATIENCE_MS;

  function join(item: Item): void {
    const now = ticks();
    if (at === undefined) wake(now);
    if (inFlight >= maxInFlight) return refuse(item);
    if (waiting.size() === 0 && now < sliceEnds) return start(item);
    if (waiting.size() >= within(isPressed(now) ? queueMs : Math.max(queueMs, BURST_MS))) return refuse(item);
    waiting.push(item);
    if (calledUp < CALLED_UP) callUp();
  }

  function wake(now: number): void {
    [at, learned, sliceEnds] = [now, now, now + SHORTEST_SLICE_MS];
    if (now - lineSeen > PATIENCE_MS) lineSince = undefined;
    afterTurn(beginSlice);
  }

  function start(item: Item): void {
    begun += 1;
    inSlice += 1;
    begin(item);
  }

  /** After the sockets were looked at: the line goes on, for a time that grows with the time that looking took. */
  function beginSlice(): void {
    const now = ticks();
    const looked = (now - at!) * WORK_FOR_LOOKING;
    learnSpeed(now);
    noteLine(now);
    const more = Math.min(waiting.size(), inSlice * 2 + CALLED_UP);
    inSlice = 0;
    at = waiting.size() > 0 ? now : undefined;
    if (at === undefined) return;
    sliceEnds = now + Math.min(LONGEST_SLICE_MS, Math.max(SHORTEST_SLICE_MS, looked));
    afterTurn(beginSlice);
    while (calledUp < more) callUp();
  }

  function callUp(): void {
    calledUp += 1;
    afterTurn(workOff);
  }

  /** One request: what it does when its body is read is done before the next one's time is looked at. */
  function workOff(): void {
    calledUp -= 1;
    const now = ticks();
    if (now >= sliceEnds && inSlice > 0) return;
    if (waiting.size() > 0) at = now;
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) if (!isGone(item)) return start(item);
  }

  function learnSpeed(now: number): void {
    const ms = now - learned;
    const kept = AVERAGED_MS / (AVERAGED_MS + ms);
    [served, busy] = [served * kept + begun, busy * kept + ms];
    [begun, learned] = [0, now];
  }

  function noteLine(now: number): void {
    if (waiting.size() > within(queueMs) / 2) [lineSince, lineSeen] = [lineSince ?? now, now];
    else if (now - lineSeen > PATIENCE_MS) lineSince = undefined;
  }

  function wait(): () => void {
    inFlight += 1;
    return () => void (inFlight -= 1);
  }

  return { join, wait, inFlight: () => inFlight };
}

/** First in, first out; taking the first does not move the others. */
function openQueue<Item>() {
  let items: Item[] = [];
  let head = 0;
  return {
    size: () => items.length - head,
    push: (item: Item) => void items.push(item),
    shift(): Item | undefined {
      if (head === items.length) return undefined;
      const item = items[head++];
      if (head > 256 && head * 2 > items.length) [items, head] = [items.slice(head), 0];
      return item;
    },
  };
}

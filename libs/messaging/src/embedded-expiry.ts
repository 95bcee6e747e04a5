import type { Channel } from "amqplib";

/** Lets messages of TTL queues expire when their time is up: the in-memory broker looks only when somebody asks. */
export interface Expiry {
  watch(queue: string, ttl: number | undefined): void;
  published(queue: string): void;
  stop(): void;
}

// Asking for a queue's state evicts what has expired. One millisecond more, because "expired" is "later than", not "at".
const MARGIN_MS = 2;

export function expiryOf(channel: Channel): Expiry {
  const ttls = new Map<string, number>();
  const timers = new Map<string, Set<NodeJS.Timeout>>();
  return {
    watch(queue, ttl) {
      if (ttl !== undefined) ttls.set(queue, ttl);
    },
    published(queue) {
      const ttl = ttls.get(queue);
      if (ttl !== undefined) arm(queue, ttl);
    },
    stop() {
      for (const timer of [...timers.values()].flatMap((armed) => [...armed])) clearTimeout(timer);
      ttls.clear();
    },
  };

  function arm(queue: string, ttl: number): void {
    const armed = timers.get(queue) ?? new Set();
    timers.set(queue, armed);
    const timer = setTimeout(() => void evict(queue, ttl, timer), ttl + MARGIN_MS).unref();
    armed.add(timer);
  }

  // A clock that was set back leaves a message behind its timer: the last timer comes again for it.
  async function evict(queue: string, ttl: number, timer: NodeJS.Timeout): Promise<void> {
    const left = await channel.checkQueue(queue).catch(() => undefined);
    const armed = timers.get(queue)!;
    armed.delete(timer);
    if (left && left.messageCount > 0 && armed.size === 0 && ttls.has(queue)) arm(queue, ttl);
  }
}

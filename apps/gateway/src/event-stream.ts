import type { Response } from "express";

export interface StreamEvent {
  event: string;
  data: unknown;
  id?: string;
  /** Of events with the same key only the last one is kept for a client that reads slowly. */
  key: string;
}

export interface EventStream {
  send(event: StreamEvent): void;
  end(): void;
  onClose(action: () => void): void;
}

export interface EventStreams {
  open(response: Response): EventStream;
  stop(): void;
}

const HEARTBEAT_MS = 15_000;
/** How much may wait in the socket before only the latest state of each run is kept. */
const BUFFER_BYTES = 256 * 1024;
/** A client that lets more than this many runs pile up has to connect again. */
const WAITING_KEYS = 2_000;

/** Server-sent events for many clients, each with bounded memory. */
export function openEventStreams(observe: (clients: number) => void, heartbeatMs = HEARTBEAT_MS): EventStreams {
  const open = new Set<Response>();
  const beat = setInterval(() => open.forEach((response) => response.write(":\n\n")), heartbeatMs);
  beat.unref();
  return {
    open(response) {
      open.add(response);
      observe(open.size);
      response.once("close", () => {
        open.delete(response);
        observe(open.size);
      });
      return streamTo(response);
    },
    stop() {
      clearInterval(beat);
      for (const response of open) response.end();
    },
  };
}

function streamTo(response: Response): EventStream {
  const waiting = new Map<string, StreamEvent>();
  let ending = false;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  response.on("drain", flush);

  function flush(): void {
    for (const [key, event] of waiting) {
      if (isFull(response)) return;
      waiting.delete(key);
      response.write(frameOf(event));
    }
    if (ending) response.end();
  }

  function send(event: StreamEvent): void {
    if (response.writableEnded || response.destroyed || ending) return;
    if (!isFull(response) && waiting.size === 0) return void response.write(frameOf(event));
    waiting.set(event.key, event);
    if (waiting.size > WAITING_KEYS) response.destroy();
  }

  function end(): void {
    ending = true;
    if (waiting.size === 0) response.end();
  }

  return { send, end, onClose: (action) => void response.once("close", action) };
}

const isFull = (response: Response): boolean => response.writableLength > BUFFER_BYTES;

const frameOf = ({ id, event, data }: StreamEvent): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

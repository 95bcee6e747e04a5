import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { DirectRequest, DirectResponse, type Connection } from "./http-server-exchange.js";
import { plainHead, type Head } from "./http-server-head.js";

export interface DirectParts {
  /** Whether a POST to this URL is answered as soon as its body is there, without any other part of node's request. */
  takes(url: string): boolean;
  listener: RequestListener;
}

/** Larger requests are node's: what is waited for lies in memory before it is known who calls. */
const LARGEST = 65_536;
const SWEEP_MS = 1_000;
/** How long a new connection may be silent, or a body be on its way, before node's own limits take over. */
const PATIENCE_MS = 2_000;

interface Reading extends Connection {
  /** Pieces that are not a whole request yet, or came before the last answer. */
  held: Buffer[];
  heldBytes: number;
  wanted: number;
  busy: boolean;
  /** The caller says nothing more. */
  ended: boolean;
  /** For how many milliseconds nothing came, as far as the sweeps saw. */
  silentMs: number;
  asked: boolean;
  handOver(): void;
}

/**
 * Node's objects for a request and a response cost more than a prediction. Of connections that send whole, plain POSTs to
 * what `takes` knows the bytes are read here; at anything else the connection becomes node's own, with what it sent, for good.
 */
export function serveDirectly(server: Server, parts: DirectParts): void {
  const [toNode] = server.listeners("connection") as ((this: Server, socket: Socket) => void)[];
  const open = new Set<Reading>();
  const tail = openTail(server);
  server.removeListener("connection", toNode!);
  server.on("connection", (socket: Socket) => {
    // Node counts the requests of a connection where that is limited.
    if (server.maxRequestsPerSocket! > 0) toNode!.call(server, socket);
    else read(socket);
  });
  sweepFor(server, open);
  closeWith(server, open);

  function read(socket: Socket): void {
    const reading: Reading = {
      ...{ socket, tail, handOver, answered: (flushed) => answered(reading, flushed) },
      ...{ held: [], heldBytes: 0, wanted: 0, busy: false, ended: false, silentMs: 0, asked: false },
    };
    const onData = (bytes: Buffer) => receive(reading, bytes);
    const onEnd = () => finish(reading);
    const onClose = () => open.delete(reading);
    function handOver(): void {
      open.delete(reading);
      socket.off("data", onData).off("end", onEnd).off("close", onClose).off("error", ignored);
      toNode!.call(server, socket);
      const bytes = piecesOf(reading);
      if (bytes.length > 0) socket.emit("data", bytes);
    }
    open.add(reading);
    socket.on("data", onData).on("end", onEnd).on("close", onClose).on("error", ignored);
  }

  function receive(reading: Reading, bytes: Buffer): void {
    // A body that comes drop by drop is on its way since its first one.
    if (reading.heldBytes === 0) reading.silentMs = 0;
    if (reading.busy) return hold(reading, bytes);
    if (reading.heldBytes === 0) return take(reading, bytes);
    reading.held.push(bytes);
    reading.heldBytes += bytes.length;
    if (reading.heldBytes >= reading.wanted) take(reading, piecesOf(reading));
  }

  function take(reading: Reading, bytes: Buffer): void {
    const head = plainHead(bytes);
    const wanted = head === undefined ? 0 : head.bodyAt + head.bodyBytes;
    if (head === undefined || wanted < bytes.length || wanted > LARGEST || !parts.takes(head.url)) {
      keep(reading, bytes, 0);
      return reading.handOver();
    }
    if (wanted > bytes.length) return keep(reading, bytes, wanted);
    begin(reading, head, bytes.subarray(head.bodyAt));
  }

  function begin(reading: Reading, head: Head, body: Buffer): void {
    const request = new DirectRequest(reading.socket, head, body);
    const response = new DirectResponse(reading, request);
    reading.busy = true;
    reading.asked = true;
    reading.silentMs = 0;
    parts.listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  }

  function answered(reading: Reading, flushed: boolean): void {
    const { socket } = reading;
    if (!server.listening || reading.ended) return void socket.end();
    if (!flushed) return void socket.once("drain", () => answered(reading, true));
    reading.busy = false;
    if (reading.heldBytes === 0) return;
    socket.resume();
    take(reading, piecesOf(reading));
  }
}

/** Whoever asks for more before the answer is there waits, and so does what follows. */
function hold(reading: Reading, bytes: Buffer): void {
  keep(reading, bytes, 0);
  reading.socket.pause();
}

function keep(reading: Reading, bytes: Buffer, wanted: number): void {
  reading.held.push(bytes);
  reading.heldBytes += bytes.length;
  reading.wanted = wanted;
}

function piecesOf(reading: Reading): Buffer {
  const { held } = reading;
  reading.held = [];
  reading.heldBytes = 0;
  return held.length === 1 ? held[0]! : Buffer.concat(held);
}

function finish(reading: Reading): void {
  reading.ended = true;
  if (reading.busy) return;
  if (reading.heldBytes === 0) return void reading.socket.end();
  reading.handOver();
  reading.socket.emit("end");
}

/** Node's own limits for who says nothing and who waits too long between two requests, at the price of a count. */
function sweepFor(server: Server, open: ReadonlySet<Reading>): void {
  const keepMs = server.keepAliveTimeout;
  const everyMs = Math.min(SWEEP_MS, keepMs > 0 ? keepMs / 2 : SWEEP_MS);
  const timer = setInterval(() => open.forEach(sweep), everyMs);
  timer.unref();
  server.once("close", () => clearInterval(timer));

  function sweep(reading: Reading): void {
    if (reading.busy) return;
    reading.silentMs += everyMs;
    if (!reading.asked || reading.heldBytes > 0) {
      if (reading.silentMs >= PATIENCE_MS) reading.handOver();
    } else if (keepMs > 0 && reading.silentMs > keepMs) reading.socket.destroy();
  }
}

/** Node closes only the connections that it knows. */
function closeWith(server: Server, open: ReadonlySet<Reading>): void {
  const [closeIdle, closeAll] = [server.closeIdleConnections.bind(server), server.closeAllConnections.bind(server)];
  server.closeIdleConnections = () => {
    closeIdle();
    for (const { busy, socket } of open) if (!busy) socket.destroy();
  };
  server.closeAllConnections = () => {
    closeAll();
    for (const { socket } of open) socket.destroy();
  };
}

/** The last lines of a head, as node writes them; made once a second. */
function openTail(server: Server): () => string {
  const seconds = Math.floor(server.keepAliveTimeout / 1000);
  const kept = `Connection: keep-alive\r\n${seconds > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : ""}\r\n`;
  let until = 0;
  let text = "";
  return () => {
    const now = Date.now();
    if (now >= until) {
      until = now - (now % 1000) + 1000;
      text = `Date: ${new Date(now).toUTCString()}\r\n`;
    }
    return text + (server.listening ? kept : "Connection: close\r\n\r\n");
  };
}

const ignored = (): void => undefined;

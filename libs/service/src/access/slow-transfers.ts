import https from "node:https";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";

const current = Symbol("request");
type Connection = Socket & { [current]?: IncomingMessage };

/** Which request a connection is at: kept on the socket, because it is written for every request. */
export function noteRequest(request: IncomingMessage): void {
  (request.socket as Connection)[current] = request;
}

interface Progress {
  request?: IncomingMessage;
  read: number;
  readSince: number;
  taken: number;
  takenAt: number;
}

export interface TransferLimits {
  bytesPerSecond: number;
  graceMs?: number;
  stuckMs?: number;
  lookMs?: number;
}

/** Ends connections whose body comes drop by drop, or that take nothing of their answer: each holds memory for nothing. */
export function watchTransfers(server: Server, limits: TransferLimits): void {
  const open = new Map<Connection, Progress>();
  const look = () => {
    const now = performance.now();
    for (const [socket, progress] of open) if (isSlow(socket, progress, now, limits)) socket.destroy();
  };
  const timer = setInterval(look, limits.lookMs ?? 2_000);
  timer.unref();
  server.once("close", () => clearInterval(timer));
  server.on(server instanceof https.Server ? "secureConnection" : "connection", (socket: Connection) => {
    open.set(socket, { read: 0, readSince: 0, taken: 0, takenAt: performance.now() });
    socket.once("close", () => open.delete(socket));
  });
}

const isSlow = (socket: Connection, progress: Progress, now: number, limits: TransferLimits): boolean =>
  drips(socket, progress, now, limits) || takesNothing(socket, progress, now, limits);

function drips(socket: Connection, progress: Progress, now: number, limits: TransferLimits): boolean {
  const request = socket[current];
  if (limits.bytesPerSecond === 0 || request === undefined || request.complete) return false;
  // What lies here unread is waited for by us, not by us for the caller.
  if (progress.request !== request || request.readableLength > 0) {
    Object.assign(progress, { request, read: socket.bytesRead, readSince: now });
    return false;
  }
  const ms = now - progress.readSince;
  return ms > (limits.graceMs ?? 10_000) && (socket.bytesRead - progress.read) * 1000 < limits.bytesPerSecond * ms;
}

function takesNothing(socket: Connection, progress: Progress, now: number, limits: TransferLimits): boolean {
  const taken = socket.bytesWritten - socket.writableLength;
  if (taken !== progress.taken || socket.writableLength === 0) {
    Object.assign(progress, { taken, takenAt: now });
    return false;
  }
  return now - progress.takenAt > (limits.stuckMs ?? 60_000);
}

import { STATUS_CODES, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Head } from "./http-server-head.js";

type Fields = readonly string[] | OutgoingHttpHeaders;

/** A request that was whole when it was read: what its handlers look at of node's own, and its body. */
export class DirectRequest {
  readonly method = "POST";
  readonly httpVersion = "1.1";
  readonly complete = true;
  readonly readableLength = 0;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
  readonly body: Buffer;

  constructor(socket: Socket, head: Head, body: Buffer) {
    this.url = head.url;
    this.headers = head.headers;
    this.socket = socket;
    this.body = body;
  }

  get destroyed(): boolean {
    return this.socket.destroyed;
  }
}

/** The body of a request that was read in one piece; undefined where it has to be read from the stream. */
export const wholeBodyOf = (request: IncomingMessage): Buffer | undefined =>
  request instanceof DirectRequest ? request.body : undefined;

/** What is said of the connection at the end of each head. */
export interface Connection {
  readonly socket: Socket;
  tail(): string;
  /** The answer is written; `flushed`: the connection takes more. */
  answered(flushed: boolean): void;
}

/** What answers of node's own can do, as far as it is done to a request that came whole; it goes out in one piece. */
export class DirectResponse {
  statusCode = 200;
  headersSent = false;
  writableEnded = false;
  readonly req: DirectRequest;
  readonly #connection: Connection;
  #set: Map<string, string> | undefined;
  #head = "";

  constructor(connection: Connection, request: DirectRequest) {
    this.#connection = connection;
    this.req = request;
  }

  get destroyed(): boolean {
    return this.req.destroyed;
  }

  setHeader(name: string, value: string | number): this {
    (this.#set ??= new Map()).set(name.toLowerCase(), String(value));
    return this;
  }

  getHeader(name: string): string | undefined {
    return this.#set?.get(name.toLowerCase());
  }

  writeHead(status: number, fields: Fields = []): this {
    this.statusCode = status;
    this.headersSent = true;
    const lines = Array.isArray(fields) ? (fields as readonly string[]) : Object.entries(fields).flat();
    let head = status === 200 ? "HTTP/1.1 200 OK\r\n" : `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
    if (this.#set !== undefined) head += this.#linesSet(lines);
    for (let at = 0; at < lines.length; at += 2) head += lineOf(String(lines[at]), String(lines[at + 1]));
    this.#head = head;
    return this;
  }

  /** What was set before, but for what is given now. */
  #linesSet(given: readonly unknown[]): string {
    for (let at = 0; at < given.length; at += 2) this.#set!.delete(String(given[at]).toLowerCase());
    return [...this.#set!].map(([name, value]) => lineOf(name, value)).join("");
  }

  end(body: string | Buffer = ""): this {
    if (this.writableEnded) return this;
    if (!this.headersSent) this.writeHead(this.statusCode, ["content-length", String(Buffer.byteLength(body))]);
    this.writableEnded = true;
    const { socket } = this.#connection;
    if (socket.destroyed) return this;
    const head = this.#head + this.#connection.tail();
    this.#connection.answered(typeof body === "string" ? socket.write(head + body) : writeBoth(socket, head, body));
    return this;
  }

  destroy(): this {
    this.req.socket.destroy();
    return this;
  }
}

function writeBoth(socket: Socket, head: string, body: Buffer): boolean {
  socket.cork();
  socket.write(head);
  const flushed = socket.write(body);
  socket.uncork();
  return flushed;
}

const unsound = /[^\t\x20-\x7e]/;

function lineOf(name: string, value: string): string {
  if (unsound.test(value)) throw new TypeError(`the header ${name} has a sign that no header may have`);
  return `${name}: ${value}\r\n`;
}

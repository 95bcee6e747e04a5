import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestHandler } from "express";

export interface PagePolicy {
  /** Inline scripts, each by its hash or nonce: `'sha256-…'`. */
  scripts?: readonly string[];
}

/** What a page of ours may do: show what comes from here, be shown nowhere else, and run no script but our files. */
export const pagePolicy = ({ scripts = [] }: PagePolicy = {}): string =>
  [
    "default-src 'self'",
    ["script-src 'self'", ...scripts].join(" "),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

const policy = pagePolicy();

export function setSecurityHeaders(response: ServerResponse, secure: boolean): void {
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-security-policy", policy);
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("referrer-policy", "no-referrer");
  if (secure) response.setHeader("strict-transport-security", "max-age=31536000");
}

/** A person looks at the answer; programs get what is answered before express without these headers, and sooner. */
export const wantsPage = ({ headers: { accept } }: IncomingMessage): boolean => accept?.includes("text/html") === true;

/** On every answer of express; a page that needs more sets `content-security-policy` itself. */
export const securityHeaders =
  (secure: boolean): RequestHandler =>
  (_request, response, next) => {
    setSecurityHeaders(response, secure);
    next();
  };

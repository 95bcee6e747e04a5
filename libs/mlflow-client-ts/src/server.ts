import type { Transport } from "./transport.js";

export type Server = ReturnType<typeof serverOf>;

export function serverOf(transport: Transport) {
  return {
    /** Asks once, without retries, and throws what is wrong: a health check wants to know how it is now. */
    async health({ timeoutMs = 2_000 }: { timeoutMs?: number } = {}): Promise<void> {
      await transport.text({ method: "GET", path: "/health", tries: 1, timeoutMs });
    },

    async version(): Promise<string> {
      return (await transport.text({ method: "GET", path: "/version" })).trim();
    },
  };
}

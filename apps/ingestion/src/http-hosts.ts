import { lookup, type LookupAddress, type LookupOptions } from "node:dns";
import { BlockList, isIP } from "node:net";
import { ProblemError } from "@millrace/contracts";

const inner = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  inner.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  inner.addSubnet(net, bits, "ipv6");
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, "").toLowerCase();

/** Whether a host, with or without its port, is on the list. */
const isListed = (host: string, port: string | undefined, listed: readonly string[]): boolean =>
  listed.some((entry) => bare(entry) === host || (port !== undefined && entry.toLowerCase() === `${host}:${port}`));

/** An address inside a network, of this machine or of what a cloud tells its machines. */
const isInner = (address: string): boolean => inner.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/** Refuses a url whose host is not listed; called for each url on the way, also after a redirect. */
export function refuseUnlisted(url: URL, listed: readonly string[]): void {
  const scheme = url.protocol === "http:" || url.protocol === "https:";
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  if (scheme && isListed(bare(url.hostname), port, listed)) return;
  throw refused(
    url.host || url.protocol,
    scheme ? "this host is not among those that may be read from." : "this is no http url.",
  );
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Looks a name up as dns.lookup does, and refuses it where it stands for an inner address that is not listed itself: what is
 * checked is what is connected to, so that a name cannot change in between.
 */
export const guardedLookup =
  (listed: readonly string[]) =>
  (host: string, options: LookupOptions, found: Found): void =>
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return found(error, "", 0);
      const bad = addresses.find(({ address }) => isInner(address) && !isListed(address, undefined, listed));
      if (bad) return found(refused(host, `this name stands for ${bad.address}, an address inside a network.`), "", 0);
      if (options.all) return found(null, addresses);
      found(null, addresses[0]!.address, addresses[0]!.family);
    });

const refused = (where: string, message: string): ProblemError =>
  new ProblemError({
    code: "SOURCE_HOST_REFUSED",
    where,
    message,
    remedy: "Add it to MILLRACE_HTTP_SOURCES where the service runs, if it is to be read from.",
  });

import { ProblemError } from "@millrace/contracts";
import { lookup as resolve, type LookupAddress, type LookupOptions } from "node:dns";
import { BlockList, isIP, isIPv6, Socket } from "node:net";

// Where the clouds keep what a machine may do, and "whatever this machine is": no database lives there.
const refused = new BlockList();
refused.addSubnet("169.254.0.0", 16, "ipv4");
refused.addSubnet("0.0.0.0", 8, "ipv4");
refused.addSubnet("fe80::", 10, "ipv6");
refused.addAddress("::", "ipv6");
refused.addAddress("fd00:ec2::254", "ipv6");

export function refuseAddress(host: string): void {
  const address = host.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIP(address) === 0 || !refused.check(address, isIPv6(address) ? "ipv6" : "ipv4")) return;
  throw new ProblemError({
    code: "SOURCE_ADDRESS_REFUSED",
    where: host,
    message: `${host} is a link-local or unspecified address, which no source may have.`,
    remedy: "Write the address of the database server.",
  });
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** As dns.lookup, but that a name which stands for a refused address is refused: what is looked at is what is connected to. */
export function guardedLookup(host: string, options: LookupOptions, found: Found): void {
  resolve(host, options, (error, address, family) => {
    if (error) return found(error, address, family);
    try {
      for (const one of [address].flat() as (string | LookupAddress)[])
        refuseAddress(typeof one === "string" ? one : one.address);
    } catch (refusal) {
      return found(refusal as Error, "", 0);
    }
    found(null, address, family);
  });
}

/** A socket that looks names up with `guardedLookup`. */
export function guardedSocket(): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket) as (...given: unknown[]) => Socket;
  const guarded = (port: unknown, host: unknown): Socket =>
    typeof port === "number" && typeof host === "string"
      ? connect({ port, host, lookup: guardedLookup })
      : connect(port, host);
  return Object.assign(socket, { connect: guarded }) as Socket;
}

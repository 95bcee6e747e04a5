import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

export interface Issued {
  /** PEM. */
  cert: string;
  key: string;
  name: string;
  privateKey: KeyObject;
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const hex = (text: string) => Buffer.from(text, "hex");
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const octets = (content: Uint8Array) => der(0x04, content);
const ecdsaWithSha256 = sequence(der(0x06, hex("2a8648ce3d040302")));
const nameOf = (name: string) => sequence(der(0x31, sequence(der(0x06, hex("550403")), der(0x0c, Buffer.from(name)))));
const time = (text: string) => der(0x18, Buffer.from(text));

const localNames = sequence(der(0x82, Buffer.from("localhost")), der(0x87, hex("7f000001")));
const forLocalhost = sequence(der(0x06, hex("551d11")), octets(localNames));
const isAuthority = sequence(der(0x06, hex("551d13")), hex("0101ff"), octets(sequence(hex("0101ff"))));

/** A certificate for localhost, by this authority; without one, an authority of its own. Made by hand: node can't. */
export function issueCertificate(name: string, authority?: Issued): Issued {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = authority?.privateKey ?? privateKey;
  const body = sequence(
    der(0xa0, hex("020102")),
    der(0x02, Buffer.from([1, ...Buffer.from(name).subarray(0, 8)])),
    ecdsaWithSha256,
    nameOf(authority?.name ?? name),
    sequence(time("20200101000000Z"), time("21200101000000Z")),
    nameOf(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(authority === undefined ? isAuthority : forLocalhost)),
  );
  const signature = der(0x03, hex("00"), sign("sha256", body, signer));
  const lines = sequence(body, ecdsaWithSha256, signature)
    .toString("base64")
    .match(/.{1,64}/g)!;
  const cert = ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
  return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }) as string, name, privateKey };
}

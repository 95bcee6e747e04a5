/** What people are shown of a url: where the database is, without anything that could be secret. */
export function describeDatabase(url: string): string {
  const file = /^(sqlite|duckdb):(?:\/\/)?(.+)$/.exec(url);
  if (file) return `${file[1]}:${file[2]!.replace(/\?.*$/, "")}`;
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? [];
  if (scheme === undefined) return "a database";
  const place = rest.replace(/[?#].*$/s, "");
  // A password that someone forgot to encode may hold an @ or a slash: what is before the last @ is no place.
  return `${scheme.toLowerCase()}://${place.slice(place.lastIndexOf("@") + 1)}`;
}

/** A driver's words without the url's secrets. */
export function withoutSecrets(text: string, url: string): string {
  const [, rest = ""] = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/is.exec(url) ?? [];
  const at = rest.replace(/[?#].*$/s, "").lastIndexOf("@");
  const credentials = at < 0 ? "" : rest.slice(0, at);
  const password = credentials.includes(":") ? credentials.slice(credentials.indexOf(":") + 1) : "";
  const query = [...new URLSearchParams(/\?(.*)$/s.exec(rest)?.[1] ?? "").entries()];
  const secrets = [
    password,
    ...query.filter(([name]) => /pass|secret|token|properties/i.test(name)).flatMap(([, value]) => value),
  ];
  return secrets
    .flatMap((secret) => [secret, decoded(secret), encodeURIComponent(decoded(secret))])
    .filter((secret) => secret.length > 0)
    .sort((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, "***"), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

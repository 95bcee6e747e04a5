/** Looks again and again until there is something; says what it waited for when nothing comes. */
export async function until<Result>(
  what: string,
  look: () => Promise<Result | undefined | false> | Result | undefined | false,
  { within = 20_000, every = 25 }: { within?: number; every?: number } = {},
): Promise<Result> {
  const deadline = Date.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const result = await look();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${within} ms for ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

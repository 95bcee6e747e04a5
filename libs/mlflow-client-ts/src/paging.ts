export interface Page<Item> {
  items: readonly Item[];
  nextPageToken?: string;
}

/** Goes through all pages of a search, and asks for a page only when the one before it is used up. */
export async function* pages<Item>(load: (pageToken?: string) => Promise<Page<Item>>): AsyncGenerator<Item, void> {
  let token: string | undefined;
  do {
    const { items, nextPageToken } = await load(token);
    yield* items;
    token = nextPageToken || undefined;
  } while (token !== undefined);
}

/** The items in their order, so many at a time; the last group has what is left. */
export function* groupsOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[], undefined> {
  for (let start = 0; start < items.length; start += size) {
    yield items.slice(start, start + size);
  }
  return undefined;
}

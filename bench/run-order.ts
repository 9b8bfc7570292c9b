/** The same elements in an order that depends on the seed alone: each gets a random place. */
export function shuffled<T>(elements: readonly T[], seed: number): T[] {
  const random = generator(seed);
  const keyed = elements.map((element) => ({ element, position: random() }));
  return keyed.sort((one, other) => one.position - other.position).map(({ element }) => element);
}

/** Mulberry32: 32 bits of state are plenty for an order. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

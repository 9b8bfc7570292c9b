import type { TridentNames } from "../../../../migration/trident/state/check-state.ts";
import type { MemoryStore } from "../../copy/memory-store.ts";

/** What a Trident lists that has read all of the store. */
export function namesIn(store: MemoryStore): TridentNames {
  const keys = Object.keys(store.entries());
  const under = (kind: string): string[] => {
    const prefix = `/trident/v1/${kind}/`;
    return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  };
  return { backends: under("backend"), volumes: under("volume"), storageClasses: under("storageclass") };
}

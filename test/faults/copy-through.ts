import { copyState, type CopiedState } from "../../migration/copy/copy-state.ts";
import { prefixRange } from "../../migration/copy/store/key-range.ts";
import type { KeyValueStore } from "../../migration/copy/store/key-value-store.ts";
import { connectEtcd } from "../../migration/etcd/etcd-store.ts";
import { altered } from "../migration/copy/copy-scene.ts";
import type { KnownState } from "./known-state.ts";

type Alteration = (store: KeyValueStore) => Partial<KeyValueStore>;

/** Copies the state with calls of either side's store replaced by others. */
export async function copyThrough(
  state: KnownState,
  changes: { readonly source?: Alteration; readonly destination?: Alteration },
): Promise<CopiedState> {
  const { pair, prefix } = state;
  const [source, destination] = [connectEtcd(pair.source.target), connectEtcd(pair.destination.target)];
  await state.markStart();
  try {
    return await copyState({
      source: altered(source, changes.source?.(source) ?? {}),
      destination: altered(destination, changes.destination?.(destination) ?? {}),
      range: prefixRange(prefix),
    });
  } finally {
    source.close();
    destination.close();
  }
}

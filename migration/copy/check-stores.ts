import { MembersDisagreeError, SameStoreError } from "./errors.ts";
import type { KeyValueStore, MemberHash } from "./store/key-value-store.ts";
import { withRetries, type RetryOptions } from "./store/retry.ts";

/**
 * Within one cluster the copy would find its own output among its input, or everything already there.
 *
 * @throws SameStoreError, or a store's error.
 */
export async function refuseSameStore(
  source: KeyValueStore,
  destination: KeyValueStore,
  retry: RetryOptions,
): Promise<void> {
  const [from, to] = await Promise.all([
    withRetries(() => source.status(), retry),
    withRetries(() => destination.status(), retry),
  ]);
  if (from.clusterId === to.clusterId) {
    throw new SameStoreError(from.clusterId);
  }
}

/**
 * A member with other contents than the rest would make the copy depend on who was asked. Members that do not answer, and
 * those compacted at another revision, cannot be compared.
 *
 * @throws MembersDisagreeError
 */
export async function refuseDisagreeingMembers(store: KeyValueStore, revision: bigint): Promise<void> {
  const members = (await store.memberHashes?.(revision)) ?? [];
  const [first, ...others] = members;
  if (first === undefined) {
    return;
  }
  if (others.some(({ clusterId }) => clusterId !== first.clusterId)) {
    throw new MembersDisagreeError("are members of different etcd clusters", members.map(nameOf));
  }
  for (const one of members) {
    const other = members.find((each) => each.compactRevision === one.compactRevision && each.hash !== one.hash);
    if (other !== undefined) {
      throw new MembersDisagreeError(
        `hold different data at revision ${revision.toString()} (etcd's HashKV)`,
        [one, other].map(nameOf),
      );
    }
  }
}

function nameOf({ address }: MemberHash): string {
  return address;
}

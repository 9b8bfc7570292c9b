import { createHash } from "node:crypto";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import { namesOf, type EtcdAddress } from "../connect/etcd-address.ts";
import type { LeasePlace } from "../lease/lease-place.ts";

/** Of all copies that write the same keys to the same etcd, whatever they read. */
export function copyLease(destination: EtcdAddress, prefix: KeyPrefix): LeasePlace {
  const hash = createHash("sha256")
    .update(JSON.stringify([namesOf(destination), prefix.text]))
    .digest("hex")
    .slice(0, 10);
  return {
    namespace: destination.namespace,
    name: `trident-etcd-copy-${hash}`,
    work: `copy of the keys below ${prefix.text}`,
  };
}

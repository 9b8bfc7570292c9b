export const leaseName = "trident-etcd-migration";

/** Which Lease, and what it lets only one do at a time. */
export interface LeasePlace {
  readonly namespace: string;
  readonly name: string;
  /** Such as `migration`. */
  readonly work: string;
}

/** Of everything that moves the legacy Trident's state, in either direction. */
export function migrationLease(namespace: string): LeasePlace {
  return { namespace, name: leaseName, work: "migration" };
}

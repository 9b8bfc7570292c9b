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

/** Who holds the Lease, for a message. */
export interface LeaseHolder extends LeasePlace {
  /** Host, process id and a random part. */
  readonly identity: string;
  /** When it took the Lease; undefined when the Lease does not say. */
  readonly since: Date | undefined;
  readonly durationSeconds: number;
}

/** Another run of the same kind is at it at this moment. */
export class MigrationRunningError extends Error {
  override readonly name = "MigrationRunningError";

  constructor({ namespace, name, work, identity, since, durationSeconds }: LeaseHolder) {
    super(
      `Another ${work} is running in namespace ${namespace}: ${identity} holds Lease ${name}${sinceText(since)} and ` +
        `keeps renewing it. Wait until it has ended and run \`pulumi up\` again; should it die, its Lease is taken over ` +
        `${durationSeconds} s after it was renewed last. See \`kubectl --namespace ${namespace} get lease ${name}\`.`,
    );
  }
}

/** The Lease went to another run, or could not be renewed in time, while this one was running. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";

  constructor(namespace: string, how: string, { name, work } = migrationLease(namespace)) {
    super(
      `This ${work} lost Lease ${name} in namespace ${namespace}, which keeps two from running at once: ${how}. See that ` +
        `nobody else is at the same there and that the cluster's API server answers`,
    );
  }
}

function sinceText(since: Date | undefined): string {
  return since === undefined ? "" : ` since ${since.toISOString()}`;
}

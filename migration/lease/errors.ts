export const leaseName = "trident-etcd-migration";

/** Who holds the Lease, for a message. */
export interface LeaseHolder {
  readonly namespace: string;
  /** Host, process id and a random part. */
  readonly identity: string;
  /** When it took the Lease; undefined when the Lease does not say. */
  readonly since: Date | undefined;
  readonly durationSeconds: number;
}

/** Another migration of the same namespace is running at this moment. */
export class MigrationRunningError extends Error {
  override readonly name = "MigrationRunningError";

  constructor({ namespace, identity, since, durationSeconds }: LeaseHolder) {
    super(
      `Another migration is running in namespace ${namespace}: ${identity} holds Lease ${leaseName}${sinceText(since)} and ` +
        `keeps renewing it. Wait until it has ended and run \`pulumi up\` again; should it die, its Lease is taken over ` +
        `${durationSeconds} s after it was renewed last. See \`kubectl --namespace ${namespace} get lease ${leaseName}\`.`,
    );
  }
}

/** The Lease went to another migration, or could not be renewed in time, while this one was running. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";

  constructor(namespace: string, how: string) {
    super(
      `This migration lost Lease ${leaseName} in namespace ${namespace}, which keeps two from running at once: ${how}. See that ` +
        `nobody else migrates there and that the cluster's API server answers, and run \`pulumi up\` again.`,
    );
  }
}

function sinceText(since: Date | undefined): string {
  return since === undefined ? "" : ` since ${since.toISOString()}`;
}

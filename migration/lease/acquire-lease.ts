import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { V1Lease, V1MicroTime, type V1LeaseSpec } from "@kubernetes/client-node";
import { managedByLabel, managedByValue } from "../kubernetes/ownership.ts";
import type { LeasePlace } from "./lease-place.ts";
import { HeldLease } from "./held-lease.ts";
import type { LeaseApi } from "./lease-api.ts";
import { PassedTime } from "./passed-time.ts";

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

export interface AcquireOptions {
  /** Without a renewal for this long the Lease may be taken over. */
  readonly durationSeconds: number;
  /** The ConfigMap with which the Lease goes, should its run be killed and no other follow. */
  readonly owner?: { readonly name: string; readonly uid: string };
  readonly report: (line: string) => void;
  /** Ends the waiting for another holder, with its reason. */
  readonly interruption?: AbortSignal | undefined;
  /** By which the Lease grows old. */
  readonly time?: PassedTime;
}

/**
 * Takes the Lease and renews it until it is released. One that a killed run left behind is waited for, and
 * taken over; one that is renewed meanwhile belongs to a run that lives.
 *
 * A holder lives if it renews while we look: what its clock says, compared with ours, decides nothing but how long to look.
 *
 * @throws MigrationRunningError
 */
export async function acquireLease(api: LeaseApi, options: AcquireOptions): Promise<HeldLease> {
  const { durationSeconds, owner, report, interruption, time = new PassedTime() } = options;
  const identity = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
  let watched: Watched | undefined;
  for (;;) {
    interruption?.throwIfAborted();
    const takenAt = time.now();
    const found = await api.read();
    if (found === undefined) {
      const created = await api.create({ ...leaseFor(api, owner), spec: specFor(identity, durationSeconds) });
      if (created !== "conflict") return new HeldLease(api, created, { durationSeconds, time, takenAt });
      continue;
    }
    if (watched !== undefined && signOfLife(found) !== watched.signOfLife && isHeld(found)) {
      throw new MigrationRunningError(holderOf(api, found, durationSeconds));
    }
    if (!isHeld(found) || (watched !== undefined && isAbandoned(found, watched, durationSeconds))) {
      const taken = await api.replace(takenOver(found, identity, durationSeconds));
      if (taken !== "conflict") return new HeldLease(api, taken, { durationSeconds, time, takenAt });
      continue;
    }
    if (watched === undefined) {
      watched = { signOfLife: signOfLife(found), from: performance.now() };
      report(
        `Lease ${api.name} is held by ${found.spec?.holderIdentity ?? "somebody"}: waiting to see whether that run lives.`,
      );
    }
    // Its reason is raised above.
    await sleep(Math.min(1000, (durationSeconds * 1000) / 20), undefined, { signal: interruption }).catch(
      () => undefined,
    );
  }
}

/** A Lease as it was when it was seen first. */
export interface Watched {
  readonly signOfLife: string;
  /** By performance.now(). */
  readonly from: number;
}

function isHeld({ spec }: V1Lease): boolean {
  return (spec?.holderIdentity ?? "") !== "";
}

/** Changes with each renewal. */
function signOfLife({ metadata, spec }: V1Lease): string {
  return JSON.stringify([metadata?.uid, spec?.holderIdentity, spec?.renewTime]);
}

/**
 * One that had expired when it was found is looked at for longer than a renewal takes; any other for its whole duration. Only
 * what the monotonic clock counts: to take over early would be two at once, to wait longer harms nobody.
 */
export function isAbandoned(
  lease: V1Lease,
  watched: Watched,
  durationSeconds: number,
  now = { clock: Date.now(), performance: performance.now() },
): boolean {
  const milliseconds = (lease.spec?.leaseDurationSeconds ?? durationSeconds) * 1000;
  const watchedFor = now.performance - watched.from;
  const renewed = timeOf(lease.spec?.renewTime);
  const hasExpired = renewed === undefined || renewed.getTime() + milliseconds < now.clock;
  return watchedFor >= (hasExpired ? milliseconds / 3 : milliseconds);
}

function holderOf({ namespace, name, work }: LeasePlace, { spec }: V1Lease, durationSeconds: number): LeaseHolder {
  return {
    ...{ namespace, name, work },
    identity: spec?.holderIdentity ?? "",
    since: timeOf(spec?.acquireTime),
    durationSeconds: spec?.leaseDurationSeconds ?? durationSeconds,
  };
}

/** The API client hands out times of this kind as they came, as texts. */
function timeOf(time: Date | string | undefined): Date | undefined {
  const date = time === undefined ? undefined : new Date(time);
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

function leaseFor({ namespace, name }: LeasePlace, owner: AcquireOptions["owner"]): Omit<V1Lease, "spec"> {
  const ownerReferences = owner === undefined ? [] : [{ apiVersion: "v1", kind: "ConfigMap", ...owner }];
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace, labels: { [managedByLabel]: managedByValue }, ownerReferences },
  };
}

function takenOver(found: V1Lease, identity: string, durationSeconds: number): V1Lease {
  const leaseTransitions = (found.spec?.leaseTransitions ?? 0) + 1;
  const spec = Object.assign(specFor(identity, durationSeconds), { leaseTransitions });
  return Object.assign(new V1Lease(), found, { spec });
}

function specFor(holderIdentity: string, leaseDurationSeconds: number): V1LeaseSpec {
  const now = new V1MicroTime();
  return { holderIdentity, leaseDurationSeconds, acquireTime: now, renewTime: now, leaseTransitions: 0 };
}

function sinceText(since: Date | undefined): string {
  return since === undefined ? "" : ` since ${since.toISOString()}`;
}

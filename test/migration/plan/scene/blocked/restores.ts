import { snapshotOf } from "../../../restore/restore-scene.ts";
import { withCertificates } from "../certificates.ts";
import { smallState, type FakePlanEnvironment } from "../fake-plan-environment.ts";
import { emptyRecord } from "../places.ts";
import { recordedStack, withStackObjects } from "../stacks.ts";
import { lostItsQuorum } from "./etcd.ts";

// What the plan says of a restore, each as the only thing that is wrong.

export const snapshot = "/snapshots/trident-etcd-trident-2026-01-02T030405.678Z.db";

export function hasSnapshot(environment: FakePlanEnvironment): void {
  const named = { savedAt: "2026-01-02T03:04:05.678Z", savedAtBy: "name" as const };
  environment.snapshots.set(snapshot, Object.assign(snapshotOf(smallState, snapshot), named));
}

export function hasKeys(environment: FakePlanEnvironment): void {
  hasSnapshot(environment);
  recordedStack(environment, smallState);
}

export function didNotEnd(environment: FakePlanEnvironment): void {
  environment.withEtcdCluster();
  const source = JSON.stringify({ from: snapshot, file: snapshot, sha256: "aa" });
  environment.restoreRecord = { ...emptyRecord, part: "restore", phase: "stopped", source };
}

/** That one is given up, and a snapshot is to take its place. */
export function isLost(environment: FakePlanEnvironment): void {
  hasSnapshot(environment);
  lostItsQuorum(environment);
  withCertificates(withStackObjects(environment));
  const seen = { etcdRevision: "16", etcdRevisionAt: "2026-01-02T03:05:05.678Z" };
  environment.record = { ...emptyRecord, etcdClusterId: "2", etcdHeldKeys: "true", ...seen };
}

import { describeRestoreSource, parseRestoreSource } from "../../../restore/restore-source.ts";
import { hasTrident, isEtcdAlone, type Flow, type LegacyPlan, type PlannedStep } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { etcdRules } from "../etcd/destination.ts";
import { isEtcdRemade, isRestoreWanted } from "../restore/restore.ts";

/**
 * How long things take on a busy cluster, rather more than less: for an estimate that says so, and nothing waits by them. An image that has to be
 * pulled, or a volume that is slow to move between nodes, comes on top.
 */
export const estimates = {
  /** A pod's end: Trident and etcd go at once on SIGTERM, and a kubelet tells of it within seconds. */
  podStopSeconds: 5,
  /** A pod's start with its image at hand and its volume on the node: 1 to 2 s on the sandbox, several on a busy cluster. */
  podStartSeconds: 10,
  /** Keys that are copied or compared in a second through a port-forward. */
  keysPerSecond: 20_000,
  /** Of a snapshot through a port-forward; a database is up to twice its state. */
  snapshotBytesPerSecond: 20_000_000,
  /** Connecting, the lock, the record. */
  fewCallsSeconds: 3,
} as const;

export interface StepFacts {
  /** The namespace, where it is made. */
  readonly namespaceToMake?: string | undefined;
  /** Undefined when there is none that could be gone through. */
  readonly flow: Flow | undefined;
  readonly legacyDeployment: string;
  readonly claim: string | undefined;
  /** Whether the copy was finished by an earlier run. */
  readonly isCopied: boolean;
  /** Whether nothing but its claim is left of the old Trident. */
  readonly isUninstalled?: boolean;
  /** Whether this program's Trident, which is stopped, is removed. */
  readonly removesTrident?: boolean;
  /** Where it is moved from, if that is no embedded etcd, and whether that etcd is the stack's own, which is deleted then. */
  readonly move?: { readonly from: string; readonly isDeleted: boolean };
  /** Whether the old Trident serves now. */
  readonly serves: boolean;
  readonly keys: number | undefined;
  readonly bytes: number | undefined;
  /** How the new etcd comes to be there, and whether its last state is saved before it goes. */
  readonly etcd: Omit<PlannedStep, "stops"> & { readonly isSaved: boolean };
  readonly snapshotDirectory: string;
  /** Where something is to be restored. */
  readonly restore?: RestoreSteps;
}

interface RestoreSteps {
  /** Such as `the snapshot last.db`. */
  readonly what: string;
  /** Whether it is fetched from the cluster first. */
  readonly isFetched: boolean;
  readonly remakes: boolean;
  /** Whether this stack's Trident stands, and is stopped for it. */
  readonly stopsTrident: boolean;
  /** Whether one is to run on it. */
  readonly startsTrident: boolean;
  readonly keys: number | undefined;
}

export function stepFacts(request: PlanRequest, facts: PlanFacts, legacy: LegacyPlan | undefined): StepFacts {
  const { legacyDeployment, snapshotDirectory } = request;
  const { flow, state } = facts;
  const etcd = etcdRules(request.destination);
  const summary = (state.source ?? state.toCarryBack)?.summary;
  return {
    ...(facts.makesNamespace ? { namespaceToMake: request.namespace } : {}),
    flow: flow.refusal === undefined ? flow.flow : undefined,
    ...{ legacyDeployment, claim: legacy?.claim.name, snapshotDirectory },
    isCopied: flow.isCopied === true,
    isUninstalled: legacy?.isUninstalled === true,
    removesTrident: flow.removesTrident === true,
    serves: (legacy?.replicas ?? flow.legacy?.replicas ?? 0) > 0,
    ...moveFacts(facts),
    ...{ keys: summary?.keys, bytes: summary?.bytes },
    etcd: { ...etcd.makingStep(request, facts), isSaved: etcd.isSaved },
    ...restoreFacts(request, facts),
  };
}

function restoreFacts(request: PlanRequest, facts: PlanFacts): Pick<StepFacts, "restore"> {
  const { restoreFrom: from } = request;
  if (from === undefined || !isRestoreWanted(request, facts)) return {};
  const source = parseRestoreSource(from);
  const snapshot = facts.restore?.snapshot;
  return {
    restore: {
      what: describeRestoreSource(source),
      isFetched: source.kind !== "file" && snapshot === undefined,
      remakes: isEtcdRemade(request, facts),
      stopsTrident: hasTrident(facts.flow.flow),
      startsTrident: !isEtcdAlone(facts.flow.flow),
      keys: snapshot?.allKeys,
    },
  };
}

function moveFacts({ flow: { legacy } }: PlanFacts): Pick<StepFacts, "move"> {
  const etcd = legacy?.externalEtcd;
  if (etcd === undefined) return {};
  return { move: { from: etcd.called, isDeleted: etcd.address.kind === "managed" } };
}

/** What happens, in order. */
export function planSteps(facts: StepFacts): PlannedStep[] {
  const { namespaceToMake } = facts;
  const steps = stepsOf(facts);
  if (namespaceToMake === undefined || steps.length === 0) return steps;
  return [{ what: `Make namespace ${namespaceToMake}`, stops: "nothing", estimateSeconds: 0 }, ...steps];
}

function stepsOf(facts: StepFacts): PlannedStep[] {
  if (facts.restore !== undefined && facts.flow !== undefined) return restoreSteps(facts, facts.restore);
  switch (facts.flow) {
    case "install":
      return [makeEtcd(facts, "nothing"), startTrident("Start Trident on it", "nothing")];
    case "installEtcd":
      return [...(facts.removesTrident ? [removeTrident(facts)] : []), makeEtcd(facts, "nothing")];
    case "etcdInstalled":
      return facts.removesTrident ? [removeTrident(facts)] : [];
    case "migrate":
      return facts.claim === undefined ? [] : migrationSteps(facts);
    case "resume":
      return facts.isCopied || facts.claim === undefined
        ? [
            makeEtcd(facts, "Trident"),
            startTrident("Start Trident on the state that was copied and verified", "Trident"),
          ]
        : migrationSteps(facts);
    case "rollback":
      if (facts.isCopied) return endOfRollback(facts);
      return facts.claim === undefined ? [] : rollbackSteps(facts, facts.claim);
    case "move":
      return facts.move === undefined ? [] : moveSteps(facts, facts.move);
    case "migrated":
    case "installed":
    case "rolledBack":
    case undefined:
      return [];
  }
}

/** Undefined where nothing that serves, or served, is stopped. */
export function outageOf(steps: readonly PlannedStep[]): number | undefined {
  const stopped = steps.filter(({ stops }) => stops === "Trident");
  if (stopped.length === 0) return undefined;
  return stopped.reduce((sum, { estimateSeconds }) => sum + estimateSeconds, 0);
}

function migrationSteps(facts: StepFacts): PlannedStep[] {
  const { legacyDeployment, claim = "", isUninstalled = false } = facts;
  const before = facts.serves ? "nothing" : "Trident";
  const passSeconds = secondsFor(facts.keys ?? 0);
  return [
    makeEtcd(facts, before),
    ...(facts.serves ? [firstPass(passSeconds)] : []),
    ...(facts.serves ? [stopLegacy(legacyDeployment)] : []),
    {
      what: isUninstalled
        ? `Copy what is on PersistentVolumeClaim ${claim}, mounted to be read only, and run an etcd on the copy that can read it`
        : `Run the old etcd alone on PersistentVolumeClaim ${claim}`,
      stops: "Trident",
      estimateSeconds: estimates.podStartSeconds,
    },
    facts.serves ? secondPass : wholePass(passSeconds),
    startTrident("Start the new Trident and wait until it lists the same state", "Trident"),
    {
      what:
        `While it serves: ${lastWords(facts)}` +
        (isUninstalled ? "" : `; then delete Deployment ${legacyDeployment}, whose manifest is kept`),
      stops: "nothing",
      estimateSeconds: Math.max(facts.serves ? passSeconds : estimates.fewCallsSeconds, snapshotSeconds(facts)),
    },
  ];
}

function restoreSteps(facts: StepFacts, restore: RestoreSteps): PlannedStep[] {
  const { what, isFetched, remakes, stopsTrident, startsTrident, keys } = restore;
  const { legacyDeployment, snapshotDirectory, etcd, removesTrident = false } = facts;
  const stops = stopsTrident ? "Trident" : "nothing";
  const stop: PlannedStep = {
    what: `Stop Trident (Deployment ${legacyDeployment}), which goes on from what it has in memory, and wait until its pod is gone`,
    stops: "Trident",
    estimateSeconds: estimates.podStopSeconds,
  };
  const fetch = `Keep ${what} as a file under ${snapshotDirectory}, and check it`;
  const remake = `Delete the EtcdCluster, whose quorum is lost, with what its members have, and make it anew`;
  return [
    ...(removesTrident ? [removeTrident(facts)] : []),
    ...(remakes ? [] : [makeEtcd(facts, "nothing")]),
    ...(isFetched ? [{ what: fetch, stops: "nothing" as const, estimateSeconds: estimates.fewCallsSeconds }] : []),
    ...(stopsTrident ? [stop] : []),
    ...(remakes ? [{ what: remake, stops, estimateSeconds: etcd.estimateSeconds } as const] : []),
    {
      what: `Copy ${what} into it and compare every key and value`,
      stops,
      estimateSeconds: secondsFor(keys ?? 0),
    },
    ...(startsTrident ? [startTrident("Start Trident on it", stops)] : []),
  ];
}

function moveSteps(facts: StepFacts, { from, isDeleted }: Required<StepFacts>["move"]): PlannedStep[] {
  const { legacyDeployment, serves } = facts;
  const passSeconds = secondsFor(facts.keys ?? 0);
  if (facts.isCopied) {
    const what = `Verify what Trident serves from the new etcd and record it, if it serves; else go on as with a stopped one`;
    return [{ what, stops: "nothing", estimateSeconds: passSeconds }];
  }
  return [
    makeEtcd(facts, serves ? "nothing" : "Trident"),
    ...(serves ? [firstPass(passSeconds), stopLegacy(legacyDeployment), secondPass] : [wholePass(passSeconds)]),
    startTrident(
      `Point Deployment ${legacyDeployment} at the new etcd and wait until it lists the same state`,
      "Trident",
    ),
    {
      what:
        `While it serves: compare all once more, and record it` +
        (isDeleted ? `; then delete ${from}${lastOf(facts)} with its operator and certificates` : ""),
      stops: "nothing",
      estimateSeconds: passSeconds + (isDeleted ? estimates.podStopSeconds + snapshotSeconds(facts) : 0),
    },
  ];
}

function lastOf({ snapshotDirectory }: StepFacts): string {
  return snapshotDirectory === "" ? "" : `, of which a last snapshot is saved under ${snapshotDirectory},`;
}

const secondPass: PlannedStep = {
  what: "Second pass: copy what changed since the first one, deletions too, and compare that",
  stops: "Trident",
  estimateSeconds: estimates.fewCallsSeconds,
};

function wholePass(estimateSeconds: number): PlannedStep {
  return { what: "Copy the whole state and compare every key and value", stops: "Trident", estimateSeconds };
}

/** What is done before anything is final, although nobody waits for it any more. */
function lastWords({ serves, snapshotDirectory }: StepFacts): string {
  const compare = serves ? ["compare all once more"] : [];
  const snapshot = snapshotDirectory === "" ? [] : [`keep a snapshot of the old etcd under ${snapshotDirectory}`];
  return [...compare, ...snapshot, "record it, stop the old etcd"].join(", ");
}

function rollbackSteps(facts: StepFacts, claim: string): PlannedStep[] {
  const { legacyDeployment, snapshotDirectory } = facts;
  const passSeconds = secondsFor(facts.keys ?? 0);
  const hasSnapshot = snapshotDirectory !== "" && facts.etcd.isSaved;
  const snapshot = !hasSnapshot ? "" : `; keep a snapshot of the new etcd under ${snapshotDirectory}`;
  return [
    {
      what: `Run the embedded etcd alone on PersistentVolumeClaim ${claim} for a moment, and see that it is as the migration left it`,
      stops: "nothing",
      estimateSeconds: estimates.podStartSeconds,
    },
    {
      what: `Delete the new Trident's Deployment ${legacyDeployment} and wait until its pod is gone`,
      stops: "Trident",
      estimateSeconds: estimates.podStopSeconds,
    },
    {
      what: `Run the embedded etcd again${snapshot}`,
      stops: "Trident",
      estimateSeconds: estimates.podStartSeconds + (hasSnapshot ? snapshotSeconds(facts) : 0),
    },
    {
      what: "Carry back what changed since the migration, deletions too, and compare every key and value",
      stops: "Trident",
      estimateSeconds: passSeconds,
    },
    startTrident(
      `Make the old Deployment ${legacyDeployment} as it was, and wait until it lists the same state`,
      "Trident",
    ),
    emptyNewEtcd(passSeconds),
  ];
}

function endOfRollback({ legacyDeployment, keys }: StepFacts): PlannedStep[] {
  return [
    {
      what: `Wait until the old Trident (Deployment ${legacyDeployment}) answers`,
      stops: "nothing",
      estimateSeconds: estimates.fewCallsSeconds,
    },
    emptyNewEtcd(secondsFor(keys ?? 0)),
  ];
}

function emptyNewEtcd(estimateSeconds: number): PlannedStep {
  return {
    what: "Delete the state from the new etcd, so that a later migration finds it empty",
    stops: "nothing",
    estimateSeconds,
  };
}

function makeEtcd({ etcd: { what, estimateSeconds } }: StepFacts, stops: PlannedStep["stops"]): PlannedStep {
  return { what, stops, estimateSeconds };
}

function removeTrident({ legacyDeployment }: StepFacts): PlannedStep {
  return {
    what: `Delete Trident's Deployment ${legacyDeployment}, which is stopped, and its permissions; its state stays in the etcd`,
    stops: "nothing",
    estimateSeconds: estimates.fewCallsSeconds,
  };
}

function firstPass(passSeconds: number): PlannedStep {
  return {
    what: "Check everything again; first pass: copy the state from the serving Trident's etcd, and compare",
    stops: "nothing",
    estimateSeconds: passSeconds,
  };
}

function stopLegacy(deployment: string): PlannedStep {
  return {
    what: `Save Deployment ${deployment}, scale it to 0 and wait until its pod is gone`,
    stops: "Trident",
    estimateSeconds: estimates.podStopSeconds,
  };
}

function startTrident(what: string, stops: PlannedStep["stops"]): PlannedStep {
  return { what, stops, estimateSeconds: estimates.podStartSeconds };
}

function secondsFor(keys: number): number {
  return estimates.fewCallsSeconds + Math.ceil(keys / estimates.keysPerSecond);
}

function snapshotSeconds({ bytes, snapshotDirectory }: StepFacts): number {
  return snapshotDirectory === "" ? 0 : Math.ceil((2 * (bytes ?? 0)) / estimates.snapshotBytesPerSecond);
}

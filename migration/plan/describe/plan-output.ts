import type { Flow, MigrationPlan } from "../migration-plan.ts";

/** What of a plan stays as it is from run to run, as long as nothing changes: a stack's output. Plain JSON. */
export interface PlanOutput {
  /** What the stack comes to be by it. */
  readonly flow: "installed" | "migrated" | "rolledBack" | "etcdInstalled";
  readonly namespace: string;
  /** `"context" (https://server)` */
  readonly cluster: string;
  readonly etcd:
    | { readonly kind: "managed"; readonly name: string }
    | { readonly kind: "existing"; readonly endpoints: readonly string[] };
  /** Whether the CRD of EtcdCluster is the stack's own, or somebody else's that it uses. */
  readonly definition: MigrationPlan["crd"];
}

const outcomes: Readonly<Record<Exclude<Flow, "move">, PlanOutput["flow"]>> = {
  install: "installed",
  installed: "installed",
  migrate: "migrated",
  resume: "migrated",
  migrated: "migrated",
  rollback: "rolledBack",
  rolledBack: "rolledBack",
  installEtcd: "etcdInstalled",
  etcdInstalled: "etcdInstalled",
};

export function planOutput({ flow, move, namespace, cluster, destination, crd }: MigrationPlan): PlanOutput {
  return {
    flow: outcomes[flow === "move" ? (move?.of ?? "installed") : flow],
    namespace,
    cluster,
    etcd:
      destination.kind === "managed"
        ? { kind: "managed", name: destination.name }
        : { kind: "existing", endpoints: destination.endpoints },
    definition: crd,
  };
}

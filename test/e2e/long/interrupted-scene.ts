import { CoordinationV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { installLegacyTrident } from "../../../sandbox/legacy-trident/install-legacy-trident.ts";
import { kubeconfigPath } from "../../../sandbox/sandbox-paths.ts";
import { legacyEtcdctl, memberEtcdctlOf, parseKeys, valuesOf } from "../etcd-keys.ts";
import { holdRequests, type RequestPattern } from "./held-requests.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import { startUp, type RunningUp } from "../running-up.ts";
import { connectSandbox, deleteNamespace, podNames, type SandboxCluster } from "../sandbox-cluster.ts";

/** How far a migration has come, as the cluster shows it. */
export interface Whereabouts {
  /** What the record says; undefined before the stop. */
  readonly phase: string | undefined;
  /** The old Trident's replicas; undefined once its Deployment is deleted. */
  readonly old: number | undefined;
  /** The etcd that is started for the copy. */
  readonly sourcePod: boolean;
  /** The new Trident's Deployment, as the migration starts it. */
  readonly newTrident: boolean;
  /** Whether the keys in the new etcd are all those, and none else, that the old one has or had when it was stopped. */
  readonly copied: boolean;
}

/** A legacy Trident with a stack that migrates it, over and over. */
export interface InterruptedScene {
  readonly cluster: SandboxCluster;
  readonly stack: TestStack;
  whereabouts(): Promise<Whereabouts>;
  /** Puts keys into the old Trident's etcd or, with undefined, deletes them. */
  write(changes: Readonly<Record<string, string | undefined>>): Promise<void>;
  /** Puts a key into the new etcd, as the new Trident would: from then on it is expected there. */
  writeToNew(key: string, value: string): Promise<void>;
  /** All keys and values of the old etcd, as they were when the old Trident was last seen to serve, and what the new one wrote. */
  oldState(): Promise<Map<string, string>>;
  newState(): Promise<Map<string, string>>;
  hasLease(): Promise<boolean>;
  /** Makes the Lease of a run that was killed one that need not be waited for as long. */
  shortenLease(): Promise<void>;
  /**
   * Runs `pulumi up` until it stands still at such a request, does something to it, and lets the request through or, as is the
   * default, refuses it.
   */
  upTo(pattern: RequestPattern, act: (up: RunningUp) => Promise<void>, answer?: "allow" | "refuse"): Promise<RunningUp>;
  remove(): Promise<void>;
}

const record = "trident-etcd-migration";
const allKeys = ["get", "/trident/", "--prefix", "-w", "json"];

export async function setUpInterruptedScene(namespace: string, volumes: number): Promise<InterruptedScene> {
  const cluster = connectSandbox();
  const wanted = { kubeconfig: kubeconfigPath, namespace, volumes, backendPassword: "not-printed" };
  await installLegacyTrident(wanted, () => undefined);
  const stack = await createTestStack(namespace, { namespace, migrate: "true" });
  const leases = cluster.kubeconfig.makeApiClient(CoordinationV1Api);
  let lastState = new Map<string, string>();

  const replicasOf = async (name: string, isOurs: boolean): Promise<number | undefined> => {
    const { items } = await cluster.apps.listNamespacedDeployment({ namespace });
    const found = items.find(({ metadata }) => metadata?.name === name);
    const managedBy = found?.metadata?.labels?.["app.kubernetes.io/managed-by"];
    return (managedBy === "trident-etcd") === isOurs ? found?.spec?.replicas : undefined;
  };
  const legacyCommand = async (words: readonly string[]): Promise<string> => {
    const [pod = ""] = await podNames(cluster, namespace, "app=trident.netapp.io");
    return legacyEtcdctl(cluster.kubeconfig, namespace, pod, words);
  };
  const findLease = async () => {
    const { items } = await leases.listNamespacedLease({ namespace });
    return items.find(({ metadata }) => metadata?.name === record);
  };
  const phaseOf = async (): Promise<string | undefined> => {
    const { items } = await cluster.core.listNamespacedConfigMap({ namespace });
    return items.find(({ metadata }) => metadata?.name === record)?.data?.phase;
  };
  const oldState = async (): Promise<Map<string, string>> => {
    if (((await replicasOf("trident", false)) ?? 0) > 0) lastState = valuesOf(parseKeys(await legacyCommand(allKeys)));
    return lastState;
  };
  const memberCommand = async (words: readonly string[]): Promise<string> => {
    const [member = ""] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
  };
  const newState = async (): Promise<Map<string, string>> => valuesOf(parseKeys(await memberCommand(allKeys)));

  return {
    cluster,
    stack,
    oldState,
    newState,
    whereabouts: async () => ({
      phase: await phaseOf(),
      old: await replicasOf("trident", false),
      sourcePod: (await podNames(cluster, namespace, "")).includes("trident-etcd-source"),
      newTrident: (await replicasOf("trident-external-etcd", true)) === 1,
      copied: sameState(await newState(), await oldState()),
    }),
    write: async (changes) => {
      for (const [key, value] of Object.entries(changes)) {
        await legacyCommand(value === undefined ? ["del", key] : ["put", key, value]);
      }
      await oldState();
    },
    writeToNew: async (key, value) => {
      await memberCommand(["put", key, value]);
      lastState.set(key, Buffer.from(value).toString("base64"));
    },
    hasLease: async () => (await findLease()) !== undefined,
    shortenLease: async () => {
      if ((await findLease()) === undefined) return;
      await leases.patchNamespacedLease(
        { namespace, name: record, body: { spec: { leaseDurationSeconds: 2 } } },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
    },
    upTo: async (pattern, act, answer = "refuse") => {
      const held = await holdRequests(cluster, namespace, pattern);
      const up = startUp(stack);
      try {
        await up.until(held.reached);
        await act(up);
      } finally {
        await held.end(answer);
      }
      return up;
    },
    remove: async () => {
      await stack.destroy();
      await stack.forget();
      await deleteNamespace(cluster, namespace);
    },
  };
}

function sameState(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}

import { CoordinationV1Api, KubernetesObjectApi } from "@kubernetes/client-node";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { startAnotherCluster } from "../e2e/another-cluster.ts";
import { eventually } from "../e2e/sandbox-cluster.ts";
import type { SeededRandom } from "../faults/seeded-random.ts";
import { interruptedUp, upWithSleep } from "./interrupted-ups.ts";
import { seenObjects, type SeenObject } from "./stack-objects-seen.ts";
import type { World } from "./world.ts";

/** What an act leaves for its round to know. */
export interface Done {
  /** What was done, for the line that is printed of it. */
  readonly what: string;
  /** Whether only a refusal is right: the run would act in a world that is not the stack's. */
  readonly mustBeRefused?: boolean;
  /** Whether nothing may be changed: all is as it was, but for how it is spelled. */
  readonly mustChangeNothing?: boolean;
  /** Whether the settings ask for something else: Pulumi's steps are what they ask for. */
  readonly isWanted?: boolean;
  /** Whether the state is gone by it. */
  readonly losesState?: boolean;
  /** What of the act a run that ended with 0 has left as the act left it. */
  readonly left?: () => Promise<string[]>;
  /** Takes back what the act did, as far as a user can. */
  readonly putBack?: () => Promise<void>;
  /** Once the stack is sound again. */
  readonly afterwards?: () => Promise<void>;
}

export interface Act {
  readonly name: string;
  /** How often it is drawn, against the others. */
  readonly weight: number;
  /** Whether it can be done in the world as it is. */
  readonly when?: (world: World) => boolean;
  readonly perform: (world: World, random: SeededRandom) => Promise<Done>;
}

const isOnOwnEtcd = (world: World): boolean => world.mode !== "rolledBack";
const isMigration = (world: World): boolean => world.settings.migrate === "true";

/** What an administrator does to a stack in a year. */
export const acts: readonly Act[] = [
  { name: "nothing", weight: 2, perform: () => Promise.resolve({ what: "nothing", mustChangeNothing: true }) },
  { name: "delete an object", weight: 8, when: isOnOwnEtcd, perform: deleteObject },
  {
    name: "delete Trident's Deployment",
    weight: 2,
    when: isOnOwnEtcd,
    perform: (world) => deleteNamed(world, "Deployment/trident"),
  },
  { name: "delete the EtcdCluster", weight: 1, when: isOnOwnEtcd, perform: deleteEtcdCluster },
  {
    name: "scale Trident to 0",
    weight: 3,
    when: isOnOwnEtcd,
    perform: (world) => change(world, "Deployment/trident", { spec: { replicas: 0 } }),
  },
  { name: "change an object", weight: 6, when: isOnOwnEtcd, perform: changeObject },
  { name: "kill a member", weight: 4, when: isOnOwnEtcd, perform: killMember },
  { name: "kill all members", weight: 1, when: isOnOwnEtcd, perform: killAllMembers },
  {
    name: "rename the context",
    weight: 2,
    perform: (world) =>
      spell(world, "renamed", (text) =>
        text.replaceAll(/trident-etcd-sandbox[\w-]*|\bsandbox\b/g, (name) => `${name}x`),
      ),
  },
  {
    name: "spell the server otherwise",
    weight: 2,
    perform: (world) => spell(world, "slash", (text) => text.replace(/(server: ["']?https:[^\s"']+)/, "$1/")),
  },
  { name: "KUBECONFIG of several files", weight: 2, perform: severalFiles },
  { name: "another cluster", weight: 3, perform: anotherCluster },
  { name: "another namespace", weight: 3, perform: anotherNamespace },
  { name: "scale", weight: 2, when: isOnOwnEtcd, perform: scale },
  { name: "^C an up", weight: 3, when: isOnOwnEtcd, perform: interruptUp },
  { name: "sleep in an up", weight: 1, when: isOnOwnEtcd, perform: sleepInUp },
  { name: "sleep in a migration", weight: 1, when: isMigration, perform: sleepInMigration },
  {
    name: "delete the record",
    weight: 2,
    when: isOnOwnEtcd,
    perform: (world) => deleteNamed(world, "ConfigMap/trident-etcd-migration"),
  },
  { name: "somebody else's object", weight: 2, when: isOnOwnEtcd, perform: foreignObject },
  { name: "migrate the other way", weight: 2, when: isOnOwnEtcd, perform: toggleMigrate },
  { name: "rollback", weight: 3, when: (world) => isMigration(world), perform: toggleRollback },
  { name: "the same stack in another backend", weight: 2, perform: secondStack },
  { name: "the state is lost", weight: 2, when: isOnOwnEtcd, perform: loseState },
];

async function deleteObject(world: World, random: SeededRandom): Promise<Done> {
  const seen = await seenObjects(world.cluster.kubeconfig, world.namespace);
  const names = [...seen.keys()].filter((name) => !name.startsWith("EtcdCluster/")).sort();
  return deleteNamed(world, random.pick(names), seen);
}

async function deleteNamed(world: World, name: string, seen?: ReadonlyMap<string, SeenObject>): Promise<Done> {
  const objects = seen ?? (await seenObjects(world.cluster.kubeconfig, world.namespace));
  const object = objects.get(name);
  if (object === undefined) return { what: `delete ${name}, which is not there` };
  const api = KubernetesObjectApi.makeApiClient(world.cluster.kubeconfig);
  await api.delete(object);
  const clean = withoutServerFields(object);
  return {
    what: `delete ${name}`,
    left: async () =>
      (await seenObjects(world.cluster.kubeconfig, world.namespace)).has(name) ? [] : [`there is no ${name}`],
    putBack: async () => {
      await api.create(clean).catch(() => undefined);
    },
  };
}

async function deleteEtcdCluster(world: World): Promise<Done> {
  const done = await deleteNamed(world, "EtcdCluster/trident-etcd");
  await eventually("the members are gone", async () => (await world.members()).length === 0);
  return { what: "delete the EtcdCluster with all members", losesState: done.putBack !== undefined };
}

const changes: readonly (readonly [name: string, patch: object])[] = [
  ["Role/trident-external-etcd", { rules: [] }],
  ["Role/etcd-operator", { rules: [] }],
  ["Service/trident-etcd-client", { spec: { selector: { app: "nobody" } } }],
  ["Secret/etcd-client-tls", { data: { "etcd-client.crt": Buffer.from("nonsense").toString("base64") } }],
  [
    "Deployment/trident",
    { spec: { template: { spec: { containers: [{ name: "trident-main", image: "netapp/trident:none" }] } } } },
  ],
  ["Deployment/etcd-operator", { spec: { replicas: 0 } }],
  ["NetworkPolicy/trident-etcd", { spec: { ingress: [] } }],
  ["PodDisruptionBudget/trident-etcd", { spec: { maxUnavailable: 3 } }],
];

async function changeObject(world: World, random: SeededRandom): Promise<Done> {
  const [name, patch] = random.pick(changes);
  return change(world, name, patch);
}

async function change(world: World, name: string, patch: object): Promise<Done> {
  const object = (await seenObjects(world.cluster.kubeconfig, world.namespace)).get(name);
  if (object === undefined) return { what: `change ${name}, which is not there` };
  const api = KubernetesObjectApi.makeApiClient(world.cluster.kubeconfig);
  const { apiVersion, kind, metadata } = object;
  const target = { apiVersion, kind, metadata: { name: metadata?.name, namespace: metadata?.namespace } };
  const type = "application/strategic-merge-patch+json";
  await api.patch({ ...target, ...patch } as never, undefined, undefined, "world", undefined, type as never);
  const contents = ({ spec, data, rules }: SeenObject): object =>
    Object.fromEntries(Object.entries({ spec, data, rules }).filter(([, value]) => value !== undefined));
  const old = contents(object);
  return {
    what: `change ${name} ${JSON.stringify(patch).slice(0, 60)}`,
    left: async () => {
      const now = (await seenObjects(world.cluster.kubeconfig, world.namespace)).get(name);
      return now !== undefined && isDeepStrictEqual(contents(now), old) ? [] : [`${name} is not as it was`];
    },
    putBack: async () => {
      await api
        .patch({ ...target, ...old } as never, undefined, undefined, "world", undefined, type as never)
        .catch(() => undefined);
    },
  };
}

async function killMember(world: World, random: SeededRandom): Promise<Done> {
  const members = await world.members();
  await world.kill([random.pick(members)]);
  return { what: "kill a member" };
}

async function killAllMembers(world: World): Promise<Done> {
  await world.kill(await world.members());
  return { what: "kill all members", losesState: true };
}

async function spell(world: World, name: string, rewrite: (text: string) => string): Promise<Done> {
  world.extra = { KUBECONFIG: await world.kubeconfig(name, rewrite) };
  return { what: `kubeconfig ${name}`, mustChangeNothing: true, putBack: standard(world) };
}

async function severalFiles(world: World): Promise<Done> {
  const other = await world.kubeconfig("second", (text) => text.replace(/current-context:.*\n/, ""));
  world.extra = { KUBECONFIG: [path.join(world.folder, "missing"), kubeconfigPath, other, ""].join(":") };
  return {
    what: "KUBECONFIG of several files",
    mustChangeNothing: true,
    putBack: standard(world),
  };
}

async function anotherCluster(world: World): Promise<Done> {
  const other = await startAnotherCluster(world.folder, world.namespace);
  world.extra = { KUBECONFIG: other.kubeconfig };
  return {
    what: "the kubeconfig of another cluster",
    mustBeRefused: true,
    putBack: async () => {
      world.extra = {};
      await other.stop();
    },
  };
}

async function anotherNamespace(world: World): Promise<Done> {
  const { namespace } = world;
  const other = `${namespace}-b`;
  await world.cluster.core.createNamespace({ body: { metadata: { name: other } } }).catch(() => undefined);
  await world.set("namespace", other);
  return {
    what: "another namespace in the settings",
    mustBeRefused: true,
    putBack: async () => {
      await world.set("namespace", namespace);
      await world.cluster.core.deleteNamespace({ name: other });
    },
  };
}

async function scale(world: World): Promise<Done> {
  const size = world.size === 3 ? "5" : "3";
  await world.set("etcdClusterSize", size);
  return { what: `scale to ${size}`, isWanted: true };
}

/** Something to do is made first: an up that has nothing to do may be over before. */
async function interruptUp(world: World, random: SeededRandom): Promise<Done> {
  const seconds = random.whole(2, 9);
  await deleteNamed(
    world,
    random.pick(["Deployment/trident", "Role/trident-external-etcd", "Service/trident-etcd-client"]),
  );
  await interruptedUp(world, seconds);
  return { what: `^C an up after ${seconds} s` };
}

async function sleepInUp(world: World): Promise<Done> {
  await deleteNamed(world, "Deployment/trident");
  await upWithSleep(world, sleep(4_000));
  return { what: "sleep past the Lease in an up" };
}

/** In the middle of what only the Lease's holder may do. */
async function sleepInMigration(world: World): Promise<Done> {
  const done = await toggleRollback(world);
  const api = world.cluster.kubeconfig.makeApiClient(CoordinationV1Api);
  const holds = async (): Promise<boolean> => {
    const { items } = await api.listNamespacedLease({ namespace: world.namespace });
    return items.some(({ spec }) => (spec?.holderIdentity ?? "") !== "");
  };
  await upWithSleep(world, eventually("the Lease is held", holds));
  return { ...done, what: `${done.what}, and sleep past the Lease` };
}

async function foreignObject(world: World, random: SeededRandom): Promise<Done> {
  const name = random.pick(["Service/trident-etcd-client", "Role/trident-external-etcd", "NetworkPolicy/trident-etcd"]);
  const object = (await seenObjects(world.cluster.kubeconfig, world.namespace)).get(name);
  if (object === undefined) return { what: `put something in place of ${name}, which is not there` };
  const api = KubernetesObjectApi.makeApiClient(world.cluster.kubeconfig);
  const clean = withoutServerFields(object);
  const foreign = { ...clean, metadata: { name: clean.metadata?.name, namespace: clean.metadata?.namespace } };
  await api.delete(object);
  await api.create(foreign as never);
  return {
    what: `somebody else's object as ${name}`,
    putBack: async () => {
      await api.delete(foreign as never).catch(() => undefined);
    },
  };
}

async function toggleMigrate(world: World): Promise<Done> {
  const before = world.settings.migrate ?? "false";
  await world.set("migrate", before === "true" ? "false" : "true");
  return {
    what: `migrate ${before === "true" ? "false" : "true"}`,
    isWanted: true,
    putBack: () => world.set("migrate", before),
  };
}

async function toggleRollback(world: World): Promise<Done> {
  const { mode } = world;
  const back = mode === "rolledBack";
  if (back) await world.unset("rollback");
  else await world.set("rollback", "true");
  world.mode = back ? "migrated" : "rolledBack";
  return {
    what: back ? "migrate again" : "roll back",
    isWanted: true,
    putBack: async () => {
      world.mode = mode;
      if (back) await world.set("rollback", "true");
      else await world.unset("rollback");
    },
  };
}

async function secondStack(world: World): Promise<Done> {
  const backend = path.join(world.folder, `backend-${Date.now()}`);
  await mkdir(backend);
  world.extra = { PULUMI_BACKEND_URL: `file://${backend}` };
  await world.initialize();
  return {
    what: "the same stack in another backend",
    mustBeRefused: true,
    putBack: standard(world),
  };
}

async function loseState(world: World): Promise<Done> {
  await world.pulumi(["stack", "rm", "--yes", "--force", "--preserve-config"]);
  await world.initialize();
  return {
    what: "the stack's state is lost",
    mustBeRefused: true,
    putBack: () => world.set("takeOver", "true"),
    afterwards: () => world.unset("takeOver"),
  };
}

function standard(world: World): () => Promise<void> {
  return () => {
    world.extra = {};
    return Promise.resolve();
  };
}

function withoutServerFields(object: SeenObject): SeenObject {
  const { metadata, ...rest } = object;
  const { name, namespace, labels, annotations } = metadata ?? {};
  const kept = { name, namespace, labels, annotations };
  return { ...rest, metadata: kept, status: undefined } as unknown as SeenObject;
}

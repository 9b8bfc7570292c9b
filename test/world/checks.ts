import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import type { World } from "./world.ts";

/** What is not as a run that ended with 0 is to leave it: asked of the members and of Trident themselves. */
export async function whatIsNotThere(world: World): Promise<string[]> {
  const problems: string[] = [];
  const { namespace } = world;
  const { apps } = world.cluster;
  const trident = await apps.readNamespacedDeployment({ name: "trident", namespace }).catch(() => undefined);
  if (trident === undefined) problems.push("there is no Deployment trident");
  else if (trident.spec?.replicas !== 1)
    problems.push(`Deployment trident has ${trident.spec?.replicas ?? 0} replicas`);
  if (world.mode !== "rolledBack") problems.push(...(await membersNotThere(world)));
  if (problems.length > 0) return problems;
  const state = await world.state().catch((error: unknown) => String(error));
  if (typeof state === "string") return [`the etcd does not answer: ${state}`];
  try {
    const lists = await readTridentLists({ kubeconfig: kubeconfigPath, namespace, timeoutSeconds: 15 });
    const volumes = [...state.keys()].filter((key) => key.startsWith("/trident/v1/volume/")).length;
    if (lists.volumes.length !== volumes) {
      problems.push(`Trident lists ${lists.volumes.length} volumes of ${volumes}`);
    }
  } catch (error) {
    problems.push(`Trident does not answer: ${(error as Error).message}`);
  }
  return problems;
}

async function membersNotThere(world: World): Promise<string[]> {
  const members = await world.members();
  if (members.length !== world.size) return [`${members.length} of ${world.size} members run`];
  const list = await world.etcdctl(["member", "list"]).catch((error: unknown) => String(error));
  const started = list.match(/, started,/g)?.length ?? 0;
  if (started !== world.size) return [`${started} of ${world.size} members have started: ${list}`];
  await world.etcdctl(["put", "/world/scratch", "1"]);
  await world.etcdctl(["del", "/world/scratch"]);
  return [];
}

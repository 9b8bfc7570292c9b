import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { askMember } from "../../../migration/etcd/ask-member.ts";
import { maintain } from "../../../migration/etcd/maintenance.ts";
import { tryScratchKey } from "../../../migration/connect/scratch-key.ts";
import type { AskedMember } from "../../../migration/members/asked-member.ts";
import type { UpkeptEtcd } from "../../../migration/upkeep/upkept-etcd.ts";
import type { EtcdCluster } from "../../etcd-cluster.ts";
import { memberPodWith } from "../status/status-scene.ts";

/** A real etcd on this machine; each member is called by its port, as if that was its pod. */
export function upkeptProcesses(cluster: EtcdCluster, env: Readonly<Record<string, string>> = {}): UpkeptEtcd {
  const { tls } = cluster.target();
  const object = memberPodWith(env);
  return {
    ask: () =>
      Promise.all(
        cluster.members.map(async ({ host, port }): Promise<AskedMember> => {
          const pod = String(port);
          try {
            return { kind: "answers", pod, view: await askMember({ host, port }, tls, 2_000), object };
          } catch (error) {
            return { kind: "silent", pod, reason: String(error), isReady: false, object };
          }
        }),
      ),
    at: async (pod, work) => {
      const member = maintain({ host: "127.0.0.1", port: Number(pod) }, tls, 5_000);
      try {
        return await work(member);
      } finally {
        member.close();
      }
    },
    tryKey: async () => {
      const store = connectEtcd(cluster.target());
      try {
        await tryScratchKey(store);
      } finally {
        store.close();
      }
    },
  };
}

import type { V1Pod } from "@kubernetes/client-node";
import type { MemberView } from "../../../migration/etcd/ask-member.ts";
import type { AskedMember } from "../../../migration/members/asked-member.ts";
import type { EtcdStatus, SeenCertificate } from "../../../migration/status/etcd-status.ts";
import { threeMembers } from "../plan/scene/fake-plan-environment.ts";

export const now = new Date("2026-03-01T12:00:00Z");

export function inDays(days: number): Date {
  return new Date(now.getTime() + days * 86_400_000);
}

/** A member's pod, ready, with the variables that it was made with. */
export function memberPodWith(env: Readonly<Record<string, string>> = { ETCD_AUTO_COMPACTION_RETENTION: "12" }): V1Pod {
  return {
    spec: {
      containers: [{ name: "etcd", env: Object.entries(env).map(([name, value]) => ({ name, value })) }],
    },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{ name: "etcd", restartCount: 0, ready: true, image: "etcd", imageID: "" }],
    },
  };
}

export function membersInPods(view: Partial<MemberView> = {}, pod = memberPodWith()): AskedMember[] {
  return threeMembers(view).map((member) => ({ ...member, object: pod }));
}

export function certificate(of: SeenCertificate["of"], days: number, pod?: string): SeenCertificate {
  return { of, ...(pod === undefined ? {} : { pod }), validFrom: inDays(-10), expires: inDays(days) };
}

/** Of an etcd of which there is nothing to say, but for what is given. */
export function statusOf(but: Partial<EtcdStatus> = {}): EtcdStatus {
  return {
    ...{ namespace: "trident", etcdCluster: "trident-etcd", at: now, size: 3, members: membersInPods() },
    ...{ clusterVersion: "3.4.0", alarms: [] },
    certificates: [
      ...["trident-etcd-a", "trident-etcd-b"].flatMap((pod) => [
        certificate("server", 1_000, pod),
        certificate("peer", 1_000, pod),
      ]),
      certificate("client", 1_000),
      certificate("authority", 2_000),
    ],
    snapshots: {
      directory: "snapshots",
      count: 2,
      newest: { path: "/home/me/snapshots/trident-etcd-trident-2026-03-01T020000.000Z.db", at: inDays(-10 / 24) },
    },
    scheduled: undefined,
    trident: {
      deployment: "trident",
      image: "netapp/trident:19.04.0",
      etcdUrl: "https://trident-etcd-client:2379",
      isOnThisEtcd: true,
      trouble: undefined,
    },
    recorded: { clusterId: "2", heldKeys: true },
    unknown: [],
    ...but,
  };
}

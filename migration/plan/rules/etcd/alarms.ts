import type { Blocker } from "../../../blockers/blocker.ts";
import type { EtcdClusterAddress } from "../../../connect/etcd-address.ts";
import type { AlarmKind, RaisedAlarm } from "../../../etcd/messages/maintenance-messages.ts";
import type { AskedMember } from "../../../members/asked-member.ts";
import { databaseUses, fullestOf, shareOf } from "../../../upkeep/database-use.ts";
import { describeBytes } from "../../../wording/describe-amount.ts";
import { isServing, type Flow } from "../../migration-plan.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

export interface AlarmFacts {
  readonly flow: Flow;
  readonly address: EtcdClusterAddress;
  readonly members: readonly AskedMember[] | undefined;
}

/** Of its quota: from there on somebody is to see to it before the etcd takes no writes any more. */
const fullFrom = 0.8;

/** An etcd that takes no writes, or soon will not: what is to be written to it would fail in the midst. */
export function checkAlarms({ flow, address, members = [] }: AlarmFacts): Findings {
  const alarms = members.flatMap((each) => (each.kind === "answers" ? each.view.alarms : []));
  const podsOf = (kind: AlarmKind): string[] => [
    ...new Set(alarms.filter((alarm) => alarm.kind === kind).map((alarm) => podOf(alarm, members))),
  ];
  const [full, corrupt] = [podsOf("NOSPACE"), podsOf("CORRUPT")];
  return together(
    corrupt.length === 0 ? nothingFound : told(flow, spoilt(address, corrupt)),
    full.length === 0 ? checkRoom(address, members) : told(flow, noSpace(address, full)),
  );
}

/** What is only kept or carried away takes no write. */
function told(flow: Flow, found: Blocker): Findings {
  const writes = !isServing(flow) && flow !== "rollback" && flow !== "rolledBack";
  return writes ? blockedBy(found) : atRisk("state", `${found.message} ${found.remedy}`);
}

function podOf({ memberId }: RaisedAlarm, members: readonly AskedMember[]): string {
  const found = members.find((each) => each.kind === "answers" && each.view.id === memberId);
  return found?.pod ?? `member ${memberId}`;
}

function noSpace(address: EtcdClusterAddress, pods: readonly string[]): Blocker {
  return {
    kind: "etcdNoSpace",
    object: `EtcdCluster/${address.etcdCluster}`,
    message:
      `EtcdCluster ${address.etcdCluster} takes no writes: the database of ${pods.join(", ")} has come to its quota (alarm NOSPACE), and ` +
      `the alarm stays until somebody disarms it.`,
    remedy: `This forgets the history, gives back what is unused and disarms the alarm, and no key is lost: \`${disarming(address)}\`.`,
  };
}

/** Its flags only where the names are not the command's own. */
function disarming({ namespace, etcdCluster }: EtcdClusterAddress): string {
  const cluster = etcdCluster === "trident-etcd" ? "" : ` --etcd-cluster ${etcdCluster}`;
  return `npx trident-etcd alarm-disarm --namespace ${namespace}${cluster}`;
}

function spoilt({ namespace, etcdCluster }: EtcdClusterAddress, pods: readonly string[]): Blocker {
  const [first = ""] = pods;
  return {
    kind: "etcdCorrupt",
    object: `EtcdCluster/${etcdCluster}`,
    message:
      `EtcdCluster ${etcdCluster} serves nobody: what ${pods.join(", ")} has is not what the other members have (alarm CORRUPT). No ` +
      `command disarms that while the member is there.`,
    remedy:
      `Save what another member has (\`npx trident-etcd snapshot save\`), then have that one replaced, one at a time: ` +
      `\`kubectl --namespace ${namespace} delete pod ${first}\`; the etcd-operator makes another, which takes its data from the others. ` +
      `Once all serve, \`${disarming({ namespace, etcdCluster, clientSecret: "" })}\` disarms the alarm of a member that is gone.`,
  };
}

function checkRoom({ namespace }: EtcdClusterAddress, members: readonly AskedMember[]): Findings {
  const fullest = fullestOf(databaseUses(members));
  if (fullest === undefined || shareOf(fullest) < fullFrom) return nothingFound;
  const { pod, bytes, quotaBytes } = fullest;
  return atRisk(
    "service",
    `The database of ${pod} takes ${describeBytes(bytes)} of its quota of ${describeBytes(quotaBytes)}; from there on the etcd takes no ` +
      `writes. \`npx trident-etcd compact --namespace ${namespace}\` and \`npx trident-etcd defragment --namespace ${namespace}\` ` +
      `give back what can be.`,
  );
}

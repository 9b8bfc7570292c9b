import type { EtcdTls, MemberAddress } from "./etcd-target.ts";
import { Member } from "./member.ts";
import { alarmInError, decodeAlarms, encodeAlarmList, type RaisedAlarm } from "./messages/maintenance-messages.ts";
import {
  decodeMemberList,
  decodeMemberStatus,
  type ListedMember,
  type MemberStatus,
} from "./messages/member-messages.ts";

/** What one member of a cluster answers; it need not have a quorum for that. */
export interface MemberView extends MemberStatus {
  /** All members of its cluster, as it knows them. */
  readonly members: readonly ListedMember[];
  /** Of all members; none where one before etcd 3.4 has no quorum, with which alone it tells. */
  readonly alarms: readonly RaisedAlarm[];
}

/** Raises an EtcdError, within about twice the deadline, when it does not answer. */
export async function askMember(
  address: MemberAddress,
  tls: EtcdTls | undefined,
  deadlineMilliseconds: number,
): Promise<MemberView> {
  const member = new Member(
    address,
    { addresses: [address], ...(tls === undefined ? {} : { tls }) },
    deadlineMilliseconds,
  );
  try {
    const [status, list] = await Promise.all([
      member.call("/etcdserverpb.Maintenance/Status", Buffer.alloc(0)),
      member.call("/etcdserverpb.Cluster/MemberList", Buffer.alloc(0)),
    ]);
    const said = decodeMemberStatus(status);
    return { ...said, members: decodeMemberList(list), alarms: await alarmsOf(member, said) };
  } finally {
    member.close();
  }
}

/** From etcd 3.4 on they are in the status, which needs no quorum. */
async function alarmsOf(member: Member, { version, hasLeader, errors }: MemberStatus): Promise<RaisedAlarm[]> {
  const inStatus = errors.map(alarmInError).filter((alarm) => alarm !== undefined);
  if (!/^3\.[0-3]\./.test(version) || !hasLeader) return inStatus;
  try {
    return decodeAlarms(await member.call("/etcdserverpb.Maintenance/Alarm", encodeAlarmList()));
  } catch {
    return inStatus;
  }
}

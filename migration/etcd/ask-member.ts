import type { EtcdTls, MemberAddress } from "./etcd-target.ts";
import { Member } from "./member.ts";
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
    return { ...decodeMemberStatus(status), members: decodeMemberList(list) };
  } finally {
    member.close();
  }
}

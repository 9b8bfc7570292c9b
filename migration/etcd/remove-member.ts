import { EtcdError } from "./errors.ts";
import type { EtcdTls, MemberAddress } from "./etcd-target.ts";
import { Member } from "./member.ts";
import { encodeMemberRemoval } from "./messages/member-messages.ts";

/**
 * Takes a member off the list of its cluster for good; one that is not on it is no error. The one that is asked needs a quorum for
 * that, and refuses to lose it so. Raises an EtcdError, within about twice the deadline.
 */
export async function removeMember(
  address: MemberAddress,
  tls: EtcdTls | undefined,
  id: string,
  deadlineMilliseconds: number,
): Promise<void> {
  const target = { addresses: [address], ...(tls === undefined ? {} : { tls }) };
  const member = new Member(address, target, deadlineMilliseconds);
  try {
    await member.call("/etcdserverpb.Cluster/MemberRemove", encodeMemberRemoval(id));
  } catch (error) {
    // By that text alone: several of etcd's conditions share its status code.
    if (!(error instanceof EtcdError && error.message.includes("member not found"))) throw error;
  } finally {
    member.close();
  }
}

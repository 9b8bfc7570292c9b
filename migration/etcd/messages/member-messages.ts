import { Reader, Writer } from "./wire-format.ts";

// Field numbers: api/etcdserverpb/rpc.proto in etcd.

/** What a member says of itself alone. */
export interface MemberStatus {
  /** Decimal, as are all ids here. */
  readonly clusterId: string;
  readonly version: string;
  /** Whether it knows a leader: without one it serves nobody. */
  readonly hasLeader: boolean;
  /** What is wrong with it, such as a raised alarm; since etcd 3.4. */
  readonly errors: readonly string[];
}

/** A member as the list of its cluster has it. */
export interface ListedMember {
  readonly id: string;
  /** Empty for one that was added and has not started yet. */
  readonly name: string;
}

export function decodeMemberStatus(answer: Buffer): MemberStatus {
  const reader = new Reader(answer);
  const errors: string[] = [];
  let clusterId = "0";
  let version = "";
  let hasLeader = false;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      clusterId = reader.message(readFirstId);
    } else if (field === 2) {
      version = reader.bytes().toString("utf8");
    } else if (field === 4) {
      hasLeader = reader.bigint() !== 0n;
    } else if (field === 8) {
      errors.push(reader.bytes().toString("utf8"));
    } else {
      reader.skip();
    }
  }
  return { clusterId, version, hasLeader, errors };
}

export function decodeMemberList(answer: Buffer): ListedMember[] {
  const reader = new Reader(answer);
  const members: ListedMember[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) {
      members.push(reader.message(readMember));
    } else {
      reader.skip();
    }
  }
  return members;
}

/** @param id decimal */
export function encodeMemberRemoval(id: string): Buffer {
  const number = BigInt(id);
  // Seven bits a byte, behind the field's own.
  const writer = new Writer(1 + Math.ceil(number.toString(2).length / 7));
  writer.bigint(1, number);
  return writer.buffer;
}

/** Of a header: the cluster's. */
function readFirstId(message: Reader): string {
  let id = "0";
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) {
      id = message.bigint().toString();
    } else {
      message.skip();
    }
  }
  return id;
}

function readMember(message: Reader): ListedMember {
  let id = "0";
  let name = "";
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) {
      id = message.bigint().toString();
    } else if (field === 2) {
      name = message.bytes().toString("utf8");
    } else {
      message.skip();
    }
  }
  return { id, name };
}

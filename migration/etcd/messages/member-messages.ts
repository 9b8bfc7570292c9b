import { Reader, Writer } from "./wire-format.ts";

// Field numbers: api/etcdserverpb/rpc.proto in etcd.

/** What a member says of itself alone. */
export interface MemberStatus {
  /** Decimal, as are all ids here. */
  readonly clusterId: string;
  /** Its own. */
  readonly id: string;
  readonly version: string;
  /** Whether it knows a leader: without one it serves nobody. */
  readonly hasLeader: boolean;
  /** The id of that leader; "0" for none. */
  readonly leaderId: string;
  /** What is wrong with it, such as a raised alarm; since etcd 3.4. */
  readonly errors: readonly string[];
  readonly revision: bigint;
  readonly database: DatabaseSize;
  /** Of the log that all members share, the last entry that it has applied; before etcd 3.4 the last one that it has. */
  readonly appliedIndex: bigint;
}

/** A member's database file. */
export interface DatabaseSize {
  /** What the file takes, which is what the quota is about. */
  readonly bytes: number;
  /** What of it holds anything: the rest is what a defragmentation gives back. Undefined before etcd 3.4. */
  readonly bytesInUse?: number;
  /** Undefined before etcd 3.6, which is the first to tell. */
  readonly quotaBytes?: number;
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
  let header: StatusHeader = { clusterId: "0", id: "0", revision: 0n };
  let version = "";
  let leaderId = "0";
  let index = 0n;
  let applied = 0n;
  let database: DatabaseSize = { bytes: 0 };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    switch (field) {
      case 1:
        header = reader.message(readStatusHeader);
        break;
      case 2:
        version = reader.bytes().toString("utf8");
        break;
      case 3:
        database = { ...database, bytes: Number(reader.bigint()) };
        break;
      case 4:
        leaderId = reader.bigint().toString();
        break;
      case 5:
        index = reader.bigint();
        break;
      case 7:
        applied = reader.bigint();
        break;
      case 8:
        errors.push(reader.bytes().toString("utf8"));
        break;
      case 9:
        database = { ...database, bytesInUse: Number(reader.bigint()) };
        break;
      case 12:
        database = { ...database, quotaBytes: Number(reader.bigint()) };
        break;
      default:
        reader.skip();
    }
  }
  const appliedIndex = applied === 0n ? index : applied;
  return { ...header, version, hasLeader: leaderId !== "0", leaderId, errors, database, appliedIndex };
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

type StatusHeader = Pick<MemberStatus, "clusterId" | "id" | "revision">;

function readStatusHeader(message: Reader): StatusHeader {
  let [clusterId, id, revision] = ["0", "0", 0n];
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) {
      clusterId = message.bigint().toString();
    } else if (field === 2) {
      id = message.bigint().toString();
    } else if (field === 3) {
      revision = message.bigint();
    } else {
      message.skip();
    }
  }
  return { clusterId, id, revision };
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

import { EtcdError } from "./errors.ts";
import type { EtcdTls, MemberAddress } from "./etcd-target.ts";
import { Member } from "./member.ts";
import {
  decodeAlarms,
  encodeAlarmList,
  encodeAlarmRemoval,
  encodeCompaction,
  type RaisedAlarm,
} from "./messages/maintenance-messages.ts";

/** How an etcd is kept up, by one of its members. All raise an EtcdError. */
export interface Maintenance {
  /** All that are raised in the cluster; needs a quorum. */
  listAlarms(): Promise<RaisedAlarm[]>;
  /** One that is not raised is no error; needs a quorum. */
  disarm(alarm: RaisedAlarm): Promise<void>;
  /** Forgets what keys were before the revision, in all members; one that is compacted already is no error. */
  compact(revision: bigint): Promise<void>;
  /** Writes this member's database anew, without holes. It answers nobody meanwhile. */
  defragment(): Promise<void>;
  close(): void;
}

/** A database of the largest size that etcd advises, 8 GiB, on a slow disk. */
const DEFRAGMENTATION_MILLISECONDS = 600_000;

export function maintain(address: MemberAddress, tls: EtcdTls | undefined, deadlineMilliseconds: number): Maintenance {
  const target = { addresses: [address], ...(tls === undefined ? {} : { tls }) };
  const member = new Member(address, target, deadlineMilliseconds);
  const patient = new Member(address, target, DEFRAGMENTATION_MILLISECONDS);
  const alarm = "/etcdserverpb.Maintenance/Alarm";
  return {
    listAlarms: async () => decodeAlarms(await member.call(alarm, encodeAlarmList())),
    disarm: async (raised) => {
      await member.call(alarm, encodeAlarmRemoval(raised));
    },
    compact: async (revision) => {
      try {
        await patient.call("/etcdserverpb.KV/Compact", encodeCompaction(revision));
      } catch (error) {
        if (!(error instanceof EtcdError && error.kind === "compacted")) throw error;
      }
    },
    defragment: async () => {
      await patient.call("/etcdserverpb.Maintenance/Defragment", Buffer.alloc(0));
    },
    close: () => {
      member.close();
      patient.close();
    },
  };
}

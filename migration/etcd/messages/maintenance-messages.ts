import { Reader, Writer } from "./wire-format.ts";

// Field numbers and enumerations: api/etcdserverpb/rpc.proto in etcd.

/**
 * - `NOSPACE`: a member's database has reached its quota; the cluster takes no writes but deletions until it is disarmed
 * - `CORRUPT`: a member's data are not what the others have; it serves nobody
 */
export type AlarmKind = "NOSPACE" | "CORRUPT";

export interface RaisedAlarm {
  /** Decimal. */
  readonly memberId: string;
  readonly kind: AlarmKind;
}

const alarmNumbers: Readonly<Record<AlarmKind, number>> = { NOSPACE: 1, CORRUPT: 2 };
const alarmKinds: ReadonlyMap<number, AlarmKind> = new Map([
  [1, "NOSPACE"],
  [2, "CORRUPT"],
]);

const DEACTIVATE = 2;
const LONGEST_NUMBER_BYTES = 11;

/** All that are raised: the action GET is what an empty request says. */
export function encodeAlarmList(): Buffer {
  return Buffer.alloc(0);
}

export function encodeAlarmRemoval({ memberId, kind }: RaisedAlarm): Buffer {
  const writer = new Writer(3 * LONGEST_NUMBER_BYTES);
  writer.number(1, DEACTIVATE);
  writer.bigint(2, BigInt(memberId));
  writer.number(3, alarmNumbers[kind]);
  return writer.written();
}

/** Alarms of kinds that are not known are left out. */
export function decodeAlarms(answer: Buffer): RaisedAlarm[] {
  const reader = new Reader(answer);
  const alarms: RaisedAlarm[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== 2) {
      reader.skip();
      continue;
    }
    const alarm = reader.message(readAlarm);
    if (alarm !== undefined) alarms.push(alarm);
  }
  return alarms;
}

function readAlarm(message: Reader): RaisedAlarm | undefined {
  let memberId = "0";
  let kind: AlarmKind | undefined;
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) {
      memberId = message.bigint().toString();
    } else if (field === 2) {
      kind = alarmKinds.get(message.number());
    } else {
      message.skip();
    }
  }
  return kind === undefined ? undefined : { memberId, kind };
}

/** Such as `memberID:10501334649042878790 alarm:NOSPACE `: what a member's status has of it from etcd 3.4 on. */
export function alarmInError(text: string): RaisedAlarm | undefined {
  const [, memberId, name] = /^(?:memberID:(\d+) )?alarm:(\w+)/.exec(text.trim()) ?? [];
  const kind = [...alarmKinds.values()].find((each) => each === name);
  return kind === undefined ? undefined : { memberId: memberId ?? "0", kind };
}

/** `physical` has the call end only once what is older is out of the database, and not merely marked. */
export function encodeCompaction(revision: bigint): Buffer {
  const writer = new Writer(2 * LONGEST_NUMBER_BYTES);
  writer.bigint(1, revision);
  writer.number(2, 1);
  return writer.written();
}

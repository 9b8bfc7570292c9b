import { groupsOf } from "../copy/write/batches.ts";
import type {
  CreateOutcome,
  KeyAtRevision,
  KeyRange,
  KeyValue,
  KeyValueStore,
  MemberHash,
  RangePage,
  RangeRequest,
  StoreStatus,
} from "../copy/store/key-value-store.ts";
import { printableKey } from "../copy/store/printable-key.ts";
import { checkCertificateMaterial } from "../certificates/client-certificate.ts";
import { Connection } from "./connection.ts";
import { EtcdPermissionError } from "./errors.ts";
import type { EtcdTarget } from "./etcd-target.ts";
import {
  countSucceeded,
  decodeCreateResponse,
  decodeRangeResponse,
  encodeCreateTransaction,
  encodeDeleteTransaction,
  encodeRangeRequest,
} from "./messages/key-messages.ts";
import { decodeRunResponse, encodeCreateRun, encodePermissionProbe } from "./messages/run-messages.ts";
import { readSnapshot } from "./snapshot-stream.ts";
import { decodeHash, decodeStatus, decodeStatusErrors, encodeHashRequest } from "./messages/status-messages.ts";

export interface EtcdStore extends KeyValueStore {
  allowsRuns(range: KeyRange): Promise<boolean>;
  createRun(entries: readonly KeyValue[]): Promise<bigint | undefined>;
  memberHashes(revision: bigint): Promise<readonly MemberHash[]>;
  /** What each member says of itself, or why it does not; in the order of the addresses. */
  memberAnswers(): Promise<readonly MemberAnswer[]>;
  /**
   * Returns when this client may read and write every key of the range; nothing is written.
   *
   * @throws EtcdPermissionError
   */
  checkAccess(range: KeyRange): Promise<void>;
  /** The whole database of the first member, as `etcdctl snapshot save` saves it: its last 32 bytes are the SHA-256 of the rest. */
  snapshot(): AsyncIterable<Buffer>;
  /** Drops the connection. Calls still under way fail. */
  close(): void;
}

export type MemberAnswer =
  | { readonly status: StoreStatus; /** Raised alarms, for one. */ readonly errors: readonly string[] }
  | { readonly failure: unknown };

export interface EtcdOptions {
  /** How long a single call may take. Default 10,000. */
  readonly callDeadlineMilliseconds?: number;
}

const DEFAULT_CALL_DEADLINE_MILLISECONDS = 10_000;

/** A nested transaction's operations count on top of the outer one's: 64 stay below etcd's 128. */
const KEYS_PER_DELETE = 64;

/**
 * An etcd, dialled with the first call. Each call has a deadline and is made once: retries are the engine's business.
 *
 * @throws CertificateError when the TLS material is unusable. The calls throw subclasses of EtcdError.
 */
export function connectEtcd(target: EtcdTarget, options: EtcdOptions = {}): EtcdStore {
  if (target.tls !== undefined) {
    checkCertificateMaterial(target.tls);
  }
  const connection = new Connection(target, options.callDeadlineMilliseconds ?? DEFAULT_CALL_DEADLINE_MILLISECONDS);
  return {
    status: async () => decodeStatus(await connection.call("/etcdserverpb.Maintenance/Status", Buffer.alloc(0))),
    async range(request: RangeRequest): Promise<RangePage> {
      const call = connection.call("/etcdserverpb.KV/Range", encodeRangeRequest(request));
      return decodeRangeResponse(await namingKeys(call, "reading", request.from, request.to));
    },
    async createAll(entries: readonly KeyValue[]): Promise<CreateOutcome> {
      const call = connection.call("/etcdserverpb.KV/Txn", encodeCreateTransaction(entries));
      return decodeCreateResponse(await namingKeys(call, "writing", entries[0]?.key, entries.at(-1)?.key));
    },
    async allowsRuns(range: KeyRange): Promise<boolean> {
      if (!knowsRuns(await this.status())) {
        return false;
      }
      try {
        // etcd 3.4 does not look at permissions for what a nested transaction writes: they are asked for beforehand.
        await connection.call("/etcdserverpb.KV/Txn", encodePermissionProbe(range));
        return true;
      } catch (error) {
        if (error instanceof EtcdPermissionError) {
          return false;
        }
        throw error;
      }
    },
    async createRun(entries: readonly KeyValue[]): Promise<bigint | undefined> {
      const call = connection.call("/etcdserverpb.KV/Txn", encodeCreateRun(entries));
      return decodeRunResponse(await namingKeys(call, "writing", entries[0]?.key, entries.at(-1)?.key));
    },
    async deleteUnchanged(keys: readonly KeyAtRevision[]): Promise<number> {
      let deleted = 0;
      for (const group of groupsOf(keys, KEYS_PER_DELETE)) {
        const request = encodeDeleteTransaction(group);
        deleted += countSucceeded(await connection.call("/etcdserverpb.KV/Txn", request));
      }
      return deleted;
    },
    async memberHashes(revision: bigint): Promise<readonly MemberHash[]> {
      // A single member has no one to disagree with, and the hash reads its whole database.
      if (connection.members.length < 2) {
        return [];
      }
      const answers = await Promise.allSettled(
        connection.members.map(async (member) => {
          const answer = await member.call("/etcdserverpb.Maintenance/HashKV", encodeHashRequest(revision));
          return { address: member.name, ...decodeHash(answer) };
        }),
      );
      return answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    },
    memberAnswers: () =>
      Promise.all(
        connection.members.map(async (member) => {
          try {
            const answer = await member.call("/etcdserverpb.Maintenance/Status", Buffer.alloc(0));
            return { status: decodeStatus(answer), errors: decodeStatusErrors(answer) };
          } catch (failure) {
            return { failure };
          }
        }),
      ),
    async checkAccess(range: KeyRange): Promise<void> {
      await this.range({ ...range, countOnly: true });
      const probe = connection.call("/etcdserverpb.KV/Txn", encodePermissionProbe(range));
      await namingKeys(probe, "writing", range.from, range.to);
    },
    snapshot: () => readSnapshot(target),
    close(): void {
      connection.close();
    },
  };
}

/** Since etcd 3.3; an older one takes the guard for one of the first key alone. */
function knowsRuns({ version }: StoreStatus): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 3);
}

/** A refusal that is etcd's to explain names neither the keys nor what was wanted of them. */
async function namingKeys<T>(
  call: Promise<T>,
  doing: "reading" | "writing",
  from: Buffer | undefined,
  to: Buffer | undefined,
): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof EtcdPermissionError) || from === undefined || to === undefined) {
      throw error;
    }
    const keys = `${doing} the keys from ${printableKey(from)} to ${printableKey(to)}`;
    throw new EtcdPermissionError(error.endpoint, error.reason, error.cause, keys);
  }
}

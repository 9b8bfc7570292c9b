import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreErrorKind } from "../../../migration/copy/store/store-error.ts";
import { explainFailure } from "../../../migration/etcd/call-failure.ts";

const cases: [Error, string, StoreErrorKind, RegExp][] = [
  [
    failure(
      14,
      "14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:2379 (2026-01-01T00:00:00Z)",
    ),
    "EtcdUnreachableError",
    "transient",
    /reached: connect ECONNREFUSED 127\.0\.0\.1:2379\. Check/,
  ],
  [failure(14, "14 UNAVAILABLE: etcdserver: no leader"), "EtcdNotServingError", "transient", /no leader/],
  [failure(14, "14 UNAVAILABLE: etcdserver: request timed out"), "EtcdNotServingError", "transient", /timed out/],
  [failure(4, "4 DEADLINE_EXCEEDED: ..."), "EtcdDeadlineError", "transient", /within 9000 ms/],
  [failure(8, "8 RESOURCE_EXHAUSTED: etcdserver: too many requests"), "EtcdBusyError", "busy", /too many requests/],
  [
    failure(8, "8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded"),
    "EtcdNoSpaceError",
    "outOfSpace",
    /quota/,
  ],
  [
    failure(7, "7 PERMISSION_DENIED: etcdserver: permission denied"),
    "EtcdPermissionError",
    "permanent",
    /refused: etcdserver: permission denied\./,
  ],
  [failure(13, "13 INTERNAL: Received RST_STREAM with code 2"), "EtcdCallError", "transient", /RST_STREAM/],
  [
    failure(3, "3 INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password"),
    "EtcdPermissionError",
    "permanent",
    /refused: etcdserver: authentication failed, invalid user ID or password\./,
  ],
  [
    failure(16, "16 UNAUTHENTICATED: etcdserver: invalid auth token"),
    "EtcdTokenError",
    "transient",
    /invalid auth token/,
  ],
  [failure(2, "2 UNKNOWN: Stream removed"), "EtcdCallError", "transient", /Stream removed/],
  [
    failure(3, "3 INVALID_ARGUMENT: etcdserver: duplicate key given in txn request"),
    "EtcdCallError",
    "permanent",
    /duplicate key/,
  ],
  [new TypeError("a mistake in the program"), "EtcdCallError", "permanent", /a mistake/],
];
for (const [cause, name, kind, message] of cases) {
  test(`"${cause.message.slice(0, 60)}" is ${name}, ${kind}, and names the endpoint`, () => {
    const explained = explainFailure(cause, "https://etcd.test:2379", 9000);
    assert.equal(explained.name, name);
    assert.equal(explained.kind, kind);
    assert.match(explained.message, message);
    assert(explained.message.startsWith("etcd at https://etcd.test:2379: "));
    assert.equal(explained.cause, cause);
  });
}

/** As gRPC has it. */
function failure(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}

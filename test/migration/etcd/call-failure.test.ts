import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EtcdPermissionDeniedError,
  GRPCDeadlineExceededError,
  GRPCInternalError,
  GRPCInvalidArgumentError,
  GRPCResourceExhastedError,
  GRPCUnavailableError,
} from "etcd3";
import type { StoreErrorKind } from "../../../migration/copy/store/store-error.ts";
import { explainFailure } from "../../../migration/etcd/call-failure.ts";

const cases: [Error, string, StoreErrorKind, RegExp][] = [
  [
    new GRPCUnavailableError(
      "14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:2379 (2026-01-01T00:00:00Z)",
    ),
    "EtcdUnreachableError",
    "transient",
    /reached: connect ECONNREFUSED 127\.0\.0\.1:2379\. Check/,
  ],
  [new GRPCUnavailableError("14 UNAVAILABLE: etcdserver: no leader"), "EtcdNotServingError", "transient", /no leader/],
  [
    new GRPCUnavailableError("14 UNAVAILABLE: etcdserver: request timed out"),
    "EtcdNotServingError",
    "transient",
    /timed out/,
  ],
  [new GRPCDeadlineExceededError("4 DEADLINE_EXCEEDED: ..."), "EtcdDeadlineError", "transient", /within 9000 ms/],
  [
    new GRPCResourceExhastedError("8 RESOURCE_EXHAUSTED: etcdserver: too many requests"),
    "EtcdBusyError",
    "busy",
    /too many requests/,
  ],
  [
    new GRPCResourceExhastedError("8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded"),
    "EtcdNoSpaceError",
    "outOfSpace",
    /quota/,
  ],
  [
    new EtcdPermissionDeniedError("7 PERMISSION_DENIED: etcdserver: permission denied"),
    "EtcdPermissionError",
    "permanent",
    /refused: etcdserver: permission denied\./,
  ],
  [new GRPCInternalError("13 INTERNAL: Received RST_STREAM with code 2"), "EtcdCallError", "transient", /RST_STREAM/],
  [
    new GRPCInvalidArgumentError("3 INVALID_ARGUMENT: etcdserver: duplicate key given in txn request"),
    "EtcdCallError",
    "permanent",
    /duplicate key/,
  ],
  [new TypeError("a mistake in the program"), "EtcdCallError", "permanent", /a mistake/],
];
for (const [failure, name, kind, message] of cases) {
  test(`"${failure.message.slice(0, 60)}" is ${name}, ${kind}, and names the endpoint`, () => {
    const explained = explainFailure(failure, "https://etcd.test:2379", 9000);
    assert.equal(explained.name, name);
    assert.equal(explained.kind, kind);
    assert.match(explained.message, message);
    assert(explained.message.startsWith("etcd at https://etcd.test:2379: "));
    assert.equal(explained.cause, failure);
  });
}

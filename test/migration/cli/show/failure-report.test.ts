import assert from "node:assert/strict";
import { test } from "node:test";
import { failureReport } from "../../../../migration/cli/show/failure-report.ts";
import { InterruptedError } from "../../../../migration/cli/interruption.ts";
import { parseCommand, type Job } from "../../../../migration/cli/words/parse-command.ts";
import type { Progress } from "../../../../migration/cli/show/progress-display.ts";
import { UsageError } from "../../../../migration/cli/words/usage-error.ts";
import {
  CopyConflictError,
  CopyInterruptedError,
  CopyMismatchError,
  EmptySourceError,
  EntriesTooLargeError,
  LeasedKeysError,
} from "../../../../migration/copy/errors.ts";
import { EtcdNoSpaceError, EtcdPermissionError, EtcdTlsError } from "../../../../migration/etcd/errors.ts";

const NONE = { count: 0, first: [] };
const OLD = "https://old:2379";
const NEW = "https://new:2379";

test("a refusal is one only while nothing has been written", () => {
  for (const refusal of [
    new EmptySourceError(Buffer.from("/x/")),
    new EntriesTooLargeError([{ key: Buffer.from("/x/a"), valueBytes: 1, requestBytes: 9 }], true, undefined),
    new LeasedKeysError(1, [Buffer.from("/x/a")]),
    new EtcdTlsError(NEW, "new", "authority", "detail"),
    new EtcdPermissionError(NEW, "permission denied"),
  ]) {
    assert.equal(failureReport(refusal, jobOf("copy")).outcome, "refused");
    assert.equal(failureReport(interrupted(refusal), jobOf("copy")).outcome, "failed");
  }
});

test("a failure after the beginning says that a rerun goes on", () => {
  const { outcome, lines, document } = failureReport(interrupted(new EtcdNoSpaceError(NEW)), jobOf("copy"));
  assert.equal(outcome, "failed");
  assert.match(lines[0] ?? "", /^the copy stopped after 7 keys: the destination, etcd at https:\/\/new:2379: .*quota/);
  assert.match(lines[1] ?? "", /run the same command again/);
  assert.equal((document.error as { name: string }).name, "EtcdNoSpaceError");
});

test("the side of a failing etcd is named", () => {
  const { lines } = failureReport(new EtcdPermissionError(OLD, "permission denied"), jobOf("plan"));
  assert.match(lines[0] ?? "", /^the source, etcd at https:\/\/old:2379: access refused/);
});

test("differences and conflicts are a mismatch, wherever they are met", () => {
  const different = { count: 1, first: ["/x/a"] };
  const mismatch = failureReport(new CopyMismatchError({ missing: NONE, extra: NONE, different }), jobOf("verify"));
  assert.equal(mismatch.outcome, "mismatch");
  assert.deepEqual(mismatch.document.different, different);
  const conflict = failureReport(interrupted(new CopyConflictError([Buffer.from("/x/a")])), jobOf("copy"));
  assert.equal(conflict.outcome, "mismatch");
  assert.deepEqual(conflict.document.conflicts, ["/x/a"]);
});

test("an interrupted copy says where it stands, other commands have nothing to say", () => {
  const stop = new InterruptedError("SIGTERM");
  const copying: Progress = { phase: "copying", keysDone: 3072, keysTotal: 10_000, bytesDone: 1 };
  const told = (action: Job["action"], error: unknown, last?: Progress) => {
    const { outcome, lines } = failureReport(error, jobOf(action), last);
    assert.equal(outcome, "interrupted");
    return lines[0];
  };
  assert.equal(
    told("copy", interrupted(stop), copying),
    "stopped by SIGTERM: 3,072 of 10,000 keys are in the destination",
  );
  assert.match(told("copy", stop, { ...copying, phase: "verifying" }) ?? "", /all keys are in the destination/);
  assert.equal(told("copy", stop), "stopped by SIGTERM before anything was written");
  assert.equal(told("plan", stop, { ...copying, phase: "looking" }), "stopped by SIGTERM");
});

test("a wrong command line points to help, and what is no Error is still told", () => {
  assert.deepEqual(failureReport(new UsageError("wrong")).lines, ["wrong", "See trident-etcd --help"]);
  assert.deepEqual(failureReport("odd", jobOf("plan")).lines, ["odd"]);
});

function interrupted(cause: unknown): CopyInterruptedError {
  return new CopyInterruptedError(7, new Set(), [], cause);
}

function jobOf(action: Job["action"]): Job {
  const command = parseCommand([
    ...[action, "--from", OLD, "--to", NEW, "--from-cacert", "a", "--to-cacert", "b", "--prefix", "/x/"],
  ]);
  assert.equal(command.kind, "job");
  return command.job;
}

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

import { identifyProcess, isAlive, parseIdentity, parseStartTime } from "../../../sandbox/machine/process-identity.ts";

const stat = (name: string, state: string) =>
  `42 (${name}) ${state} 1 42 42 0 -1 4194304 100 0 0 0 1 2 3 4 20 0 1 0 98765 1000 200 18446744073709551615`;

test("the start time is read whatever the process is called", () => {
  assert.equal(parseStartTime(stat("etcd", "S")), "98765");
  assert.equal(parseStartTime(stat("a) S 1 (b", "S")), "98765");
});

test("a zombie counts as ended", () => {
  assert.equal(parseStartTime(stat("etcd", "Z")), undefined);
});

test("a process is alive until it ends", async () => {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const identity = identifyProcess(child.pid ?? 0);
  assert.ok(identity !== undefined && isAlive(identity));
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(isAlive(identity), false);
});

test("a later process with the same number is not the one that was recorded", () => {
  const own = identifyProcess(process.pid);
  assert.ok(own !== undefined);
  assert.equal(isAlive(own), true);
  assert.equal(isAlive({ pid: own.pid, startTime: `${own.startTime}1` }), false);
});

test("a record is read back, and a damaged one names no process", () => {
  const identity = { pid: 4321, startTime: "98765" };
  assert.deepEqual(parseIdentity(JSON.stringify(identity)), identity);
  for (const damaged of ["", "{", "null", "4321", '{"pid":"4321","startTime":"1"}', '{"pid":0,"startTime":"1"}']) {
    assert.equal(parseIdentity(damaged), undefined, damaged);
  }
});

test("a record never leads to process 1 or to a group of processes", () => {
  assert.equal(parseIdentity('{"pid":1,"startTime":"1"}'), undefined);
  assert.equal(parseIdentity('{"pid":-42,"startTime":"1"}'), undefined);
});

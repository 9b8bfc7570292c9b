import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClusterRequestError, ClusterUnreachableError } from "../../../migration/kubernetes/errors.ts";
import { seenDone, seenSoFar, waitUntil } from "../../../migration/kubernetes/wait-until.ts";

const quick = { awaited: "the pod to be gone", timeoutSeconds: 0.05, intervalMilliseconds: 1 };

describe("waiting", () => {
  it("ends with the value of the first look that is done", async () => {
    let looks = 0;
    const value = await waitUntil({ ...quick, timeoutSeconds: 10 }, () => {
      looks += 1;
      return Promise.resolve(looks === 3 ? seenDone("there") : seenSoFar("nothing"));
    });
    assert.equal(value, "there");
    assert.equal(looks, 3);
  });

  it("names what was waited for, what was seen last, and the setting, when the time is up", async () => {
    await assert.rejects(
      waitUntil(quick, () => Promise.resolve(seenSoFar("pod a Terminating"))),
      { name: "WaitTimeoutError", message: /for the pod to be gone.*last seen: pod a Terminating.*timeoutSeconds/ },
    );
  });

  it("goes on while the cluster is away for a moment", async () => {
    const failures = [
      new ClusterUnreachableError("c", "reset"),
      new ClusterRequestError({ method: "GET", path: "/" }, 503, "busy"),
    ];
    const value = await waitUntil({ ...quick, timeoutSeconds: 10 }, () => {
      const failure = failures.shift();
      return failure === undefined ? Promise.resolve(seenDone(1)) : Promise.reject(failure);
    });
    assert.equal(value, 1);
  });

  it("ends at once when it is interrupted, with the reason", async () => {
    const interruption = new AbortController();
    const reason = new Error("no longer wanted");
    const waiting = waitUntil(
      { awaited: "anything", timeoutSeconds: 60, intervalMilliseconds: 60_000, interruption: interruption.signal },
      () => {
        setImmediate(() => {
          interruption.abort(reason);
        });
        return Promise.resolve(seenSoFar("nothing"));
      },
    );
    await assert.rejects(waiting, reason);
  });

  it("ends at once with any other error", async () => {
    const refusal = new ClusterRequestError({ method: "GET", path: "/" }, 403, "no");
    await assert.rejects(
      waitUntil({ ...quick, timeoutSeconds: 10 }, () => Promise.reject(refusal)),
      refusal,
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PassedTime } from "../../../migration/lease/passed-time.ts";
import { FakeClocks } from "./fake-clocks.ts";

describe("the time that passes", () => {
  it("is what both clocks say while the machine is awake", () => {
    const { clocks, time } = begin();
    clocks.run(700);
    assert.equal(time.now(), 700);
    clocks.run(300);
    assert.equal(time.now(), 1000);
  });

  it("counts what a suspended machine has slept, though its monotonic clock stood still", () => {
    const { clocks, time } = begin();
    clocks.sleep(60_000);
    assert.equal(time.now(), 60_000);
  });

  it("is not made less by a wall clock that is set back, neither before nor after a sleep", () => {
    const { clocks, time } = begin();
    clocks.run(1000);
    clocks.setWall(-3_600_000);
    assert.equal(time.now(), 1000);
    clocks.run(1000);
    assert.equal(time.now(), 2000);
    clocks.sleep(30_000);
    assert.equal(time.now(), 32_000);
  });

  it("counts what the monotonic clock says when the wall clock was set back within the same moment", () => {
    const { clocks, time } = begin();
    clocks.run(5000);
    clocks.setWall(-9000);
    assert.equal(time.now(), 5000);
  });
});

function begin(): { clocks: FakeClocks; time: PassedTime } {
  const clocks = new FakeClocks();
  return { clocks, time: new PassedTime(clocks) };
}

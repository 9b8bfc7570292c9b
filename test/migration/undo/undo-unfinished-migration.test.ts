import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LegacyTrident } from "../../../migration/legacy/legacy-trident.ts";
import { undoUnfinishedMigration, type UndoEnvironment } from "../../../migration/undo/undo-unfinished-migration.ts";
import { legacyTrident } from "../legacy/legacy-deployment.ts";

const stopped = legacyTrident({ replicas: 0, stoppedByMigration: true });

describe("the undo of a migration that did not end", () => {
  it("frees the old Trident's volume and removes the new one before it starts the old one", async () => {
    const { steps, lines } = await undo(stopped, 1);
    assert.deepEqual(steps, [
      "mayStillRun",
      "acquireLease",
      "findLeftStopped",
      "removeSourcePod",
      "removeNewTrident",
      "restoreLegacy",
      "release",
    ]);
    assert.match(lines.join("\n"), /had not ended.*serves again/s);
  });

  it("says so when the old Trident was at 0 replicas to begin with", async () => {
    assert.match((await undo(stopped, 0)).lines.join("\n"), /at 0 replicas, as it was/);
  });

  it("leaves alone what was not stopped or is finished, but for what a killed run left behind", async () => {
    const { steps, lines } = await undo(undefined, 1);
    assert.deepEqual(steps, ["mayStillRun", "findLeftStopped", "removeSourcePod", "removeNewTrident"]);
    assert.deepEqual(lines, []);
  });

  it("never starts the old Trident while the new one may still run", async () => {
    const steps: string[] = [];
    const environment = environmentWith(steps, stopped, 1);
    const removeNewTrident = (): Promise<void> => Promise.reject(new Error("a pod is still there"));
    await assert.rejects(
      undoUnfinishedMigration({ ...environment, removeNewTrident }, () => undefined),
      /still there/,
    );
    assert.ok(!steps.includes("restoreLegacy"));
    assert.ok(steps.includes("release"));
  });

  it("touches nothing while the migration runs on without the command that started it", async () => {
    const steps: string[] = [];
    const environment = environmentWith(steps, stopped, 1);
    const acquireLease = (): Promise<never> => Promise.reject(new Error("another migration is running"));
    await assert.rejects(
      undoUnfinishedMigration({ ...environment, acquireLease }, () => undefined),
      /is running/,
    );
    assert.deepEqual(steps, ["mayStillRun"]);
  });
});

async function undo(left: LegacyTrident | undefined, replicas: number): Promise<{ steps: string[]; lines: string[] }> {
  const steps: string[] = [];
  const lines: string[] = [];
  await undoUnfinishedMigration(environmentWith(steps, left, replicas), (line) => lines.push(line));
  return { steps, lines };
}

function environmentWith(steps: string[], left: LegacyTrident | undefined, replicas: number): UndoEnvironment {
  const take = <T>(step: string, result: T): Promise<T> => {
    steps.push(step);
    return Promise.resolve(result);
  };
  return {
    mayStillRun: () => take("mayStillRun", left !== undefined),
    acquireLease: () =>
      take("acquireLease", {
        signal: new AbortController().signal,
        throwIfLost: () => undefined,
        release: () => take("release", undefined),
      }),
    findLeftStopped: () => take("findLeftStopped", left),
    removeSourcePod: () => take("removeSourcePod", undefined),
    removeNewTrident: () => take("removeNewTrident", undefined),
    restoreLegacy: () => take("restoreLegacy", replicas),
  };
}

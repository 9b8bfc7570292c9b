import { findLeftovers } from "./machine/leftovers.ts";
import { withLock } from "./machine/lock.ts";
import { requireRoot } from "./machine/root.ts";
import { tearDown } from "./machine/tear-down.ts";
import { startProgress } from "./progress.ts";
import { sandboxLock } from "./sandbox-paths.ts";

/**
 * Ends the sandbox and removes everything of it, then looks whether that is so.
 * @throws RootNeededError, and SandboxLeftoversError (tear-down.ts) naming each process, link, namespace, mount, cgroup or directory that is still there
 */
export async function stopSandbox(report: (line: string) => void): Promise<void> {
  requireRoot();
  await withLock(sandboxLock, report, async () => {
    const before = findLeftovers();
    if (before.length === 0) {
      report("no sandbox is running, and nothing of one is left");
      return;
    }
    report(`ending the sandbox: ${before.filter(({ kind }) => kind === "process").length} processes`);
    await tearDown();
    report("nothing of the sandbox is left: no process, link, namespace, mount, cgroup or file");
  });
}

if (import.meta.main) {
  try {
    await stopSandbox(startProgress());
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    process.exitCode = 1;
  }
}

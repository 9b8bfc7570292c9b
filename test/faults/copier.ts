/**
 * The program that copies, for the tests that kill it: takes a job from its parent, answers how it ended, takes the next.
 */
import { copyState } from "../../migration/copy/copy-state.ts";
import { prefixRange } from "../../migration/copy/store/key-range.ts";
import { connectEtcd } from "../../migration/etcd/etcd-store.ts";
import type { CopierAnswer, CopierJob } from "./copier-process.ts";
import { runSecondPass } from "./second-pass.ts";

/** Short, so that a stalled connection is given up within a test's time. */
const CALL_DEADLINE_MILLISECONDS = 1_000;

process.on("message", (job: CopierJob) => {
  void copy(job).then((answer) => process.send?.(answer));
});
// The parent is gone.
process.on("disconnect", () => process.exit(1));

async function copy({ source, destination, prefix, first }: CopierJob): Promise<CopierAnswer> {
  const options = { callDeadlineMilliseconds: CALL_DEADLINE_MILLISECONDS };
  const stores = [connectEtcd(source, options), connectEtcd(destination, options)] as const;
  const job = { source: stores[0], destination: stores[1], range: prefixRange(prefix) };
  try {
    const copied = await (first === undefined ? copyState(job) : runSecondPass({ ...job, first }));
    const { keys, bytes, sourceRevision, destinationRevision } = copied;
    return { success: true, keys, bytes, sourceRevision, destinationRevision };
  } catch (error) {
    return { success: false, errors: namesOf(error), message: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const store of stores) store.close();
  }
}

/** The class of the error, then those of its causes. */
function namesOf(error: unknown): string[] {
  return error instanceof Error ? [error.name, ...namesOf(error.cause)] : [];
}

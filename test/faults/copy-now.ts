import { copyState, type CopiedState, type CopyStateOptions } from "../../migration/copy/copy-state.ts";
import { connectEtcd } from "../../migration/etcd/etcd-store.ts";
import type { EtcdTarget } from "../../migration/etcd/etcd-target.ts";

export interface CopyNow extends Omit<CopyStateOptions, "source" | "destination"> {
  readonly callDeadlineMilliseconds?: number;
}

/** Connects to both sides, copies as a user would, and closes the connections. */
export async function copyNow(source: EtcdTarget, destination: EtcdTarget, options: CopyNow): Promise<CopiedState> {
  const { callDeadlineMilliseconds, ...copy } = options;
  const connection = callDeadlineMilliseconds === undefined ? {} : { callDeadlineMilliseconds };
  const from = connectEtcd(source, connection);
  const to = connectEtcd(destination, connection);
  try {
    return await copyState({ ...copy, source: from, destination: to });
  } finally {
    from.close();
    to.close();
  }
}

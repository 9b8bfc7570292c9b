import { lstat, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";

/**
 * Longer than a snapshot may stand still before it has failed: a younger one may be another cluster's, whose namespace has the same
 * name and whose snapshots go to the same folder.
 */
const untouchedForMilliseconds = 40_000;

/**
 * Removes what runs that were killed have begun to save of the namespace's etcd: it holds secrets and serves nobody. Files of any
 * other name stay, and so does what can't be removed.
 */
export async function removePartialSnapshots(directory: string, namespace: string, now: Date): Promise<void> {
  const names = await readdir(resolve(directory)).catch(() => []);
  for (const name of names.filter((each) => isPartialSnapshotOf(namespace, each))) {
    const path = join(resolve(directory), name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() !== true || now.getTime() - found.mtimeMs < untouchedForMilliseconds) continue;
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** As `saveSnapshot` names what is not complete yet. */
function isPartialSnapshotOf(namespace: string, name: string): boolean {
  const prefix = `trident-etcd-${namespace}-`;
  return name.startsWith(prefix) && /^\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z\.db\.partial$/.test(name.slice(prefix.length));
}

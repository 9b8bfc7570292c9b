import { readFileSync } from "node:fs";

import { copyPrefix } from "../migration/copy/copy-prefix.ts";
import { prefixRange } from "../migration/copy/store/key-range.ts";
import { pinRevision } from "../migration/copy/read/pin-revision.ts";
import { verifyCopy } from "../migration/copy/compare/verify-copy.ts";
import { openSnapshotFile } from "../migration/snapshot/file/open-snapshot-file.ts";
import { connectEtcd } from "../migration/etcd/etcd-store.ts";

export interface CopySettings {
  /** A port on 127.0.0.1; not looked at where a snapshot is the source. */
  readonly from: string;
  /** The path of a snapshot's file; "" for none. */
  readonly fromSnapshot: string;
  /** A port on 127.0.0.1. */
  readonly to: string;
  readonly prefix: string;
  /** Paths of PEM files, the same for both sides. */
  readonly cacert: string;
  readonly cert: string;
  readonly key: string;
  /** The name in the certificates of both. */
  readonly serverName: string;
  readonly verify: boolean;
}

/** Pins a revision and copies, as the migration does; answers what closes the connections, which are left open. */
export async function copyOnce(settings: CopySettings): Promise<() => void> {
  const { from, to, prefix, verify } = settings;
  const tls = {
    certificateAuthority: readFileSync(settings.cacert),
    certificate: readFileSync(settings.cert),
    privateKey: readFileSync(settings.key),
    serverName: settings.serverName,
  };
  const { fromSnapshot } = settings;
  const source =
    fromSnapshot === ""
      ? connectEtcd({ addresses: [{ host: "127.0.0.1", port: Number(from) }], tls })
      : await openSnapshotFile(fromSnapshot);
  const destination = connectEtcd({ addresses: [{ host: "127.0.0.1", port: Number(to) }], tls });
  const range = prefixRange(prefix);
  // Both are dialled at once, as the command does.
  const [revision] = await Promise.all([pinRevision(source, range, {}), destination.status()]);
  await copyPrefix({ source, destination, range, revision });
  if (verify) await verifyCopy({ source, destination, range, sourceRevision: revision });
  return () => {
    void source.close();
    destination.close();
  };
}

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { buildGoPrograms } from "../../sandbox/toolchain/build-go-programs.ts";

// Snapshots of two real etcds, the machine's and one of a newer minor version, with KEYS keys that were rewritten, deleted and leased: read by
// ours, and restored by each etcd's own tool into an etcd that is asked for all of it.

const directory = await buildGoPrograms(
  {
    name: "other-etcd",
    sources: join(import.meta.dirname, "other-etcd"),
    packages: ["go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/etcdutl/v3"],
  },
  console.log,
);
const { status } = spawnSync(process.execPath, ["--test", "test/migration/snapshot/file/real-etcds.test.ts"], {
  cwd: repositoryRoot,
  stdio: "inherit",
  env: {
    ...process.env,
    // By the names of their packages.
    TRIDENT_ETCD_OTHER_ETCDS: join(directory, "server"),
    TRIDENT_ETCD_OTHER_ETCDUTL: join(directory, "etcdutl"),
    TRIDENT_ETCD_SNAPSHOT_KEYS: process.env.KEYS ?? "100000",
  },
});
process.exitCode = status ?? 1;

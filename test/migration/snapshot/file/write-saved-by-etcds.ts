import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { startEtcd } from "../../../etcd-process.ts";
import { describedEntries } from "./described-entries.ts";
import { savedByEtcds, type SavedByEtcd } from "./saved-by-etcds.ts";
import { writeHistory } from "./write-history.ts";

// Writes to saved-by-etcds.json, anew or beside the others, what the etcds save whose paths are given: for versions that the machine's
// packages don't have.
//   node test/migration/snapshot/file/write-saved-by-etcds.ts /path/to/etcd-3.5 /path/to/etcd-3.6 ...

const saved: SavedByEtcd[] = [];
for (const program of process.argv.slice(2)) {
  const etcd = await startEtcd({ program });
  await writeHistory(etcd, { keys: 300, valueBytes: 20 });
  const { version, revision } = await etcd.store.status();
  const entries = await describedEntries(etcd.store, revision);
  const pieces: Buffer[] = [];
  for await (const piece of etcd.store.snapshot()) pieces.push(piece);
  saved.push({
    ...{ version, revision: revision.toString(), keys: entries.length },
    contents: createHash("sha256").update(entries.join("\n")).digest("hex"),
    snapshot: gzipSync(Buffer.concat(pieces), { level: 9 }).toString("base64"),
  });
  await etcd.stop();
}
const path = fileURLToPath(new URL("saved-by-etcds.json", import.meta.url));
const others = savedByEtcds.filter(({ version }) => !saved.some((anew) => anew.version === version));
const all = [...others, ...saved].sort((one, other) =>
  one.version.localeCompare(other.version, "en", { numeric: true }),
);
writeFileSync(path, `${JSON.stringify(all, undefined, 2)}\n`);

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { dockerArchive } from "../../sandbox/images/image-archive.ts";
import type { ImageDescription } from "../../sandbox/images/image-table.ts";
import { readPrograms } from "../../sandbox/images/program-files.ts";
import { containerdSocket } from "../../sandbox/kubernetes/containerd.ts";
import { run } from "../../sandbox/machine/commands.ts";
import { findProgram } from "../../sandbox/machine/machine-packages.ts";

export const tridentThatKeepsEnding = "netapp/trident:19.04.0-keeps-ending";

/**
 * Gives the sandbox an image of a Trident that ends as often as it is started, saying why: under Trident's name it holds etcd,
 * which does not know Trident's flags.
 */
export async function importTridentThatKeepsEnding(): Promise<void> {
  const what = "Not Trident: etcd, which ends at once when it is started as Trident.";
  const image: ImageDescription = {
    name: `docker.io/${tridentThatKeepsEnding}`,
    programs: { "/usr/local/bin/trident_orchestrator": findProgram("etcd") ?? "etcd" },
    busybox: false,
    texts: { "/etc/stand-in": `${what}\n` },
    users: {},
    command: ["/usr/local/bin/trident_orchestrator"],
    labels: { "stand-in": what },
  };
  const folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-image-"));
  try {
    const archive = path.join(folder, "image.tar");
    await writeFile(archive, dockerArchive(image, await readPrograms(image.programs), []));
    await run("ctr", ["--address", containerdSocket, "--namespace", "k8s.io", "images", "import", archive]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

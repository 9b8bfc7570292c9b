import { run } from "../machine/commands.ts";

/**
 * The image names in an archive, in full, whether it was written by `docker save` (manifest.json) or in the OCI layout
 * (index.json). An archive of anything else has none.
 */
export async function archiveImageNames(archivePath: string): Promise<string[]> {
  const manifest = await readMember(archivePath, "manifest.json");
  if (manifest !== undefined) return dockerNames(manifest);
  const index = await readMember(archivePath, "index.json");
  return index === undefined ? [] : ociNames(index);
}

export function dockerNames(manifest: string): string[] {
  const images = JSON.parse(manifest) as { RepoTags?: string[] | null }[];
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).map(fullImageName);
}

export function ociNames(index: string): string[] {
  const { manifests } = JSON.parse(index) as { manifests?: { annotations?: Record<string, string> }[] };
  return (manifests ?? []).flatMap(({ annotations }) => {
    const name = annotations?.["io.containerd.image.name"] ?? annotations?.["org.opencontainers.image.ref.name"];
    // A bare tag, as some tools write it, names no image.
    return name?.includes("/") === true || name?.includes(":") === true ? [fullImageName(name)] : [];
  });
}

/** `busybox` -> `docker.io/library/busybox:latest`: the name that a kubelet asks its runtime for. */
export function fullImageName(name: string): string {
  const lastSegment = name.slice(name.lastIndexOf("/") + 1);
  const tagged = lastSegment.includes(":") || name.includes("@") ? name : `${name}:latest`;
  const [first = "", ...rest] = tagged.split("/");
  if (rest.length === 0) return `docker.io/library/${tagged}`;
  const isHost = first.includes(".") || first.includes(":") || first === "localhost";
  return isHost ? tagged : `docker.io/${tagged}`;
}

async function readMember(archivePath: string, member: string): Promise<string | undefined> {
  for (const name of [member, `./${member}`]) {
    try {
      return await run("tar", ["--extract", "--to-stdout", "--file", archivePath, name]);
    } catch {
      // Not in the archive under this name.
    }
  }
  return undefined;
}

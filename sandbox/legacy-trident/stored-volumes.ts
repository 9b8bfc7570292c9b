import { createHash } from "node:crypto";

/** A volume as Trident stores it: the config's field is in capitals, the others are not. */
export interface StoredVolume {
  readonly Config: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly backend: string;
  readonly pool: string;
  readonly orphaned: false;
}

interface Placement {
  readonly backend: string;
  readonly pool: string;
  readonly storageClass: string;
  readonly protocol: "file" | "block";
}

/** Where volumes lie, in turn: the backends of storedBackends. */
const placements: readonly Placement[] = [
  { backend: "ontapnas_192.0.2.10", pool: "aggr1", storageClass: "silver", protocol: "file" },
  { backend: "solidfire_192.0.2.20", pool: "Gold", storageClass: "block", protocol: "block" },
  { backend: "ontapnas_192.0.2.12", pool: "aggr1", storageClass: "bronze", protocol: "file" },
  { backend: "nas-gold", pool: "aggr1", storageClass: "gold", protocol: "file" },
];

const namespaces = ["shop", "billing", "search", "default"];
const applications = ["postgres", "kafka", "uploads", "redis", "media"];
const sizesInGibibytes = [1, 2, 5, 10, 20, 50, 100];

/** Volumes 0 to count - 1. The same number gives the same volume at any time. */
export function storedVolumes(count: number): StoredVolume[] {
  return Array.from({ length: count }, (_, number) => storedVolume(number));
}

function storedVolume(number: number): StoredVolume {
  const placement = pick(placements, number);
  const name = volumeName(number);
  const block = placement.protocol === "block";
  return {
    Config: {
      version: "1",
      name,
      internalName: block ? name : `trident_${name.replaceAll("-", "_")}`,
      size: String(pick(sizesInGibibytes, number) * 1024 ** 3),
      protocol: placement.protocol,
      spaceReserve: block ? "" : "none",
      securityStyle: block ? "" : "unix",
      snapshotPolicy: block ? "" : "none",
      exportPolicy: block ? "" : "default",
      snapshotDirectory: "false",
      unixPermissions: block ? "" : "---rwxrwxrwx",
      storageClass: placement.storageClass,
      accessMode: block ? "ReadWriteOnce" : "ReadWriteMany",
      accessInformation: block ? blockAccess(number) : fileAccess(name, placement.backend),
      blockSize: block ? "512" : "",
      fileSystem: block ? "ext4" : "",
      encryption: "",
      cloneSourceVolume: "",
      cloneSourceVolumeInternal: "",
      cloneSourceSnapshot: "",
      splitOnClone: "",
    },
    backend: placement.backend,
    pool: placement.pool,
    orphaned: false,
  };
}

// Trident 19.04 for Kubernetes names a volume after its claim: namespace, name, the start of the claim's uid.
function volumeName(number: number): string {
  const uid = createHash("sha256").update(`claim ${number}`).digest("hex").slice(0, 5);
  const application = pick(applications, Math.floor(number / namespaces.length));
  return `${pick(namespaces, number)}-${application}-data-${number}-${uid}`;
}

function fileAccess(name: string, backend: string): Record<string, string> {
  const address = backend.split("_")[1] ?? "192.0.2.1";
  return { nfsServerIp: address, nfsPath: `/trident_${name.replaceAll("-", "_")}` };
}

function blockAccess(number: number): Record<string, unknown> {
  return {
    iscsiTargetPortal: "192.0.2.21:3260",
    iscsiTargetIqn: `iqn.2010-01.com.solidfire:trident.${number}`,
    iscsiLunNumber: 0,
    iscsiInterface: "default",
    iscsiUsername: "trident",
  };
}

function pick<T>(list: readonly T[], number: number): T {
  const picked = list[number % list.length];
  if (picked === undefined) throw new RangeError("Nothing can be picked from an empty list.");
  return picked;
}

/** A key under /trident/ with its value. */
export interface FillerEntry {
  readonly key: string;
  readonly value: string;
}

/**
 * What the keys are that fill a legacy Trident's etcd up. Trident reads its volumes at each start, the longer the more there
 * are; the snapshots of its later versions a 19.04 leaves alone, while every copy carries them.
 */
export const fillerKinds = ["snapshot", "volume"] as const;
export type FillerKind = (typeof fillerKinds)[number];

export const fillerValueBytes = 256;

const namePrefix = "filler-";

/** The names of so many keys, in byte order, as is that of the keys. */
export function fillerNames(count: number): string[] {
  return Array.from({ length: count }, (_, number) => namePrefix + String(number).padStart(7, "0"));
}

/** A volume or snapshot as Trident stores it, of the fields that it needs alone, in exactly 256 bytes. */
export function fillerEntry(kind: FillerKind, name: string): FillerEntry {
  const valueOf = kind === "volume" ? volume : snapshot;
  const paddedBytes = fillerValueBytes - Buffer.byteLength(valueOf(name, ""));
  return { key: `/trident/v1/${kind}/${name}`, value: valueOf(name, "x".repeat(paddedBytes)) };
}

/** On a backend of the legacy Trident's own: it would not start with a volume that lies on none. */
function volume(name: string, padding: string): string {
  return JSON.stringify({
    Config: { version: "1", name, internalName: name, size: "1073741824", storageClass: "gold", exportPolicy: padding },
    backend: "nas-gold",
    pool: "aggr1",
    orphaned: false,
  });
}

function snapshot(name: string, padding: string): string {
  return JSON.stringify({
    Config: { version: "1", name, internalName: name, volumeName: "filler", volumeInternalName: padding },
    dateCreated: "2019-04-30T12:00:00Z",
    size: 1073741824,
  });
}

import { storedBackends } from "./stored-backends.ts";
import { storedVolumes } from "./stored-volumes.ts";

export interface LegacyTridentState {
  /** Everything under `/trident/`, sorted by key; the values are JSON as Trident writes it. */
  readonly entries: readonly { readonly key: string; readonly value: string }[];
  /** What Trident's REST API lists once it has read the entries. */
  readonly names: TridentLists;
}

/** The names of all that Trident knows, each list sorted. */
export interface TridentLists {
  readonly backends: readonly string[];
  readonly volumes: readonly string[];
  readonly storageClasses: readonly string[];
}

/** The state of a Trident that has been in use: a few backends and storage classes, and any number of volumes. */
export function legacyTridentState(options: {
  readonly volumes: number;
  /** Stands in some backends' values in plain text, as a storage password does. */
  readonly backendPassword: string;
}): LegacyTridentState {
  const backends = storedBackends(options.backendPassword);
  const volumes = storedVolumes(options.volumes);
  const entries = [
    entry("/trident/store", { store_version: "etcdv3", orchestrator_api_version: "1" }),
    ...backends.map((backend) => entry(`/trident/v1/backend/${backend.name}`, backend)),
    ...storageClasses.map((config) => entry(`/trident/v1/storageclass/${config.name}`, { config })),
    ...volumes.map((volume) => entry(`/trident/v1/volume/${volume.Config.name}`, volume)),
  ];
  return {
    entries: entries.sort((left, right) => compare(left.key, right.key)),
    names: {
      backends: backends.map((backend) => backend.name).sort(compare),
      volumes: volumes.map((volume) => volume.Config.name).sort(compare),
      storageClasses: storageClasses.map((config) => config.name).sort(compare),
    },
  };
}

const storageClasses = [
  { version: "1", name: "gold", attributes: { media: "ssd" } },
  { version: "1", name: "silver", attributes: { backendType: "ontap-nas" } },
  { version: "1", name: "bronze", attributes: { backendType: "ontap-nas" } },
  { version: "1", name: "block", attributes: { backendType: "solidfire-san" } },
];

function entry(key: string, value: unknown): { key: string; value: string } {
  return { key, value: JSON.stringify(value) };
}

// Not localeCompare: etcd and Trident sort by bytes.
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

import { keyLength } from "../../copy/store/entry-bytes.ts";
import type { StoredKeyValue } from "../../copy/store/key-value-store.ts";

/** What Trident's REST API lists, or what the keys of its state say; without an empty name. */
export interface TridentNames {
  readonly backends: readonly string[];
  readonly volumes: readonly string[];
  readonly storageClasses: readonly string[];
}

export type NameKind = keyof TridentNames;

/** One name of Trident's state, such as a volume's. */
export interface NamedThing {
  readonly kind: NameKind;
  readonly name: string;
}

/** A volume that names something which the state does not have. */
export interface MissingReference {
  readonly volume: string;
  readonly what: "backend" | "storage class";
  readonly name: string;
}

/** The first few of those found, and how many they are. */
export interface Found<Thing> {
  readonly count: number;
  readonly first: readonly Thing[];
}

export interface StateFindings {
  /** No Trident starts on these. */
  readonly withoutBackend: Found<MissingReference>;
  readonly withoutClass: Found<MissingReference>;
  /** In the etcd, but not listed by the Trident that serves from it. */
  readonly unlisted: Found<NamedThing>;
  /** Listed, but not in the etcd. */
  readonly unstored: Found<NamedThing>;
}

/** What stands for each in a key, such as `/trident/v1/backend/NAME`. */
export const segmentByKind: Readonly<Record<NameKind, string>> = {
  backends: "backend",
  volumes: "volume",
  storageClasses: "storageclass",
};

const kinds: readonly NameKind[] = ["backends", "volumes", "storageClasses"];
const kindBySegment = new Map(kinds.map((kind) => [segmentByKind[kind], kind]));

/**
 * Whether a Trident could start on a state, and whether the one that serves has the same one in its memory. Is given each entry once,
 * in the order of the keys: backends and storage classes come before the volumes that name them. Of a value, it looks at those
 * names alone, and keeps the ones that are missing.
 */
export class StateCheck {
  readonly #prefixLength: number;
  readonly #notSeen: Record<NameKind, Set<string>> | undefined;
  readonly #known: Record<"backends" | "storageClasses", Set<string>> = {
    backends: new Set(),
    storageClasses: new Set(),
  };
  readonly #withoutBackend = new Sample<MissingReference>();
  readonly #withoutClass = new Sample<MissingReference>();
  readonly #unlisted = new Sample<NamedThing>();

  /** @param served what the Trident on this state lists; undefined where there is none to ask. */
  constructor(prefix: Buffer, served?: TridentNames) {
    this.#prefixLength = prefix.length;
    if (served === undefined) return;
    this.#notSeen = {
      backends: new Set(served.backends),
      volumes: new Set(served.volumes),
      storageClasses: new Set(served.storageClasses),
    };
  }

  /** Without a value, the names that it holds are not looked at. */
  add(entry: StoredKeyValue, hasValue: boolean): void {
    const thing = this.#thingOf(entry);
    if (thing === undefined) return;
    const { kind, name } = thing;
    if (this.#notSeen?.[kind].delete(name) === false) this.#unlisted.add(thing);
    if (kind !== "volumes") this.#known[kind].add(name);
    else if (hasValue) this.#checkVolume(name, entry.value);
  }

  findings(): StateFindings {
    const unstored = new Sample<NamedThing>();
    for (const kind of kinds) {
      for (const name of this.#notSeen?.[kind] ?? []) unstored.add({ kind, name });
    }
    return {
      withoutBackend: this.#withoutBackend,
      withoutClass: this.#withoutClass,
      unlisted: this.#unlisted,
      unstored,
    };
  }

  #thingOf(entry: StoredKeyValue): NamedThing | undefined {
    if (keyLength(entry) <= this.#prefixLength) return undefined;
    const match = /^v\d+\/([a-z]+)\/(.+)$/s.exec(entry.key.toString("utf8", this.#prefixLength));
    const kind = kindBySegment.get(match?.[1] ?? "");
    return kind === undefined ? undefined : { kind, name: match?.[2] ?? "" };
  }

  #checkVolume(volume: string, value: Buffer): void {
    const stored = parsed(value);
    if (stored === undefined) return;
    const { backend, Config } = stored;
    const backendName = typeof backend === "string" ? backend : "";
    if (!this.#known.backends.has(backendName)) {
      this.#withoutBackend.add({ volume, what: "backend", name: backendName });
    }
    const name = (Config as { storageClass?: unknown } | null | undefined)?.storageClass;
    if (typeof name === "string" && name !== "" && !this.#known.storageClasses.has(name)) {
      this.#withoutClass.add({ volume, what: "storage class", name });
    }
  }
}

/** What is no JSON object is no state of Trident's, which tells by not listing it. */
function parsed(value: Buffer): Record<string, unknown> | undefined {
  try {
    const stored = JSON.parse(value.toString("utf8")) as unknown;
    return typeof stored === "object" && stored !== null ? (stored as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Holds no more than the first few, however many there are. */
class Sample<Thing> implements Found<Thing> {
  count = 0;
  readonly first: Thing[] = [];

  add(thing: Thing): void {
    this.count += 1;
    if (this.first.length < 10) this.first.push(thing);
  }
}

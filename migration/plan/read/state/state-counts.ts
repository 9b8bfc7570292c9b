import type { StateCounts } from "../../migration-plan.ts";

/** Kinds as they are counted; those of the newer and older Tridents that nobody asks for count as other. */
const kindBySegment: Readonly<Record<string, keyof StateCounts>> = {
  backend: "backends",
  volume: "volumes",
  storageclass: "storageClasses",
  node: "nodes",
  txn: "transactions",
};

/** Counts keys by kind: Trident's are `/trident/v1/<kind>/<name>`, and `/trident/store`. */
export class StateCounter {
  readonly #counts: { -readonly [K in keyof StateCounts]: number } = {
    backends: 0,
    volumes: 0,
    storageClasses: 0,
    nodes: 0,
    transactions: 0,
    other: 0,
  };
  readonly #prefixLength: number;

  constructor(prefix: Buffer) {
    this.#prefixLength = prefix.length;
  }

  /** Answers the kind that it was counted as. */
  add(key: Buffer): keyof StateCounts {
    const kind = this.#kindOf(key);
    this.#counts[kind] += 1;
    return kind;
  }

  counts(): StateCounts {
    return { ...this.#counts };
  }

  #kindOf(key: Buffer): keyof StateCounts {
    // latin1 is the quickest, and the segments that matter are ASCII.
    const rest = key.toString("latin1", this.#prefixLength);
    const first = rest.indexOf("/");
    const second = rest.indexOf("/", first + 1);
    if (first < 2 || second < 0 || !/^v\d+$/.test(rest.slice(0, first))) return "other";
    const segment = rest.slice(first + 1, second);
    return Object.hasOwn(kindBySegment, segment) ? (kindBySegment[segment] ?? "other") : "other";
  }
}

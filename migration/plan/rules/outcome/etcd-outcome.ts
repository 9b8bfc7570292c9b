import { deletionCommand, describeAddress, type EtcdAddress } from "../../../connect/etcd-address.ts";
import type { KeyPrefix } from "../../../copy/store/key-range.ts";
import { crdName, crdPath } from "../../../uninstall/crd.ts";
import type { KeptThing } from "../../../uninstall/kept-report.ts";

export interface EtcdOutcomeFacts {
  readonly destination: EtcdAddress;
  readonly prefix: KeyPrefix;
  readonly crd: "own" | "existing";
}

/** What becomes of the etcd: one that was there before is nobody's to save, to empty or to remove. */
export interface EtcdOutcome {
  /** Whether its last state is saved before it goes. */
  readonly isSaved: boolean;
  /** What this program has made of it, with what is to be said of its state. */
  made(state: string): string[];
  /** What a destroy leaves of it, state and objects. */
  readonly keptState: readonly KeptThing[];
  readonly keptObjects: readonly KeptThing[];
}

export function etcdOutcome({ destination, prefix, crd }: EtcdOutcomeFacts): EtcdOutcome {
  switch (destination.kind) {
    case "managed":
      return {
        isSaved: true,
        made: (state) => [
          `EtcdCluster ${destination.etcdCluster} with its members, ${state}`,
          crd === "own"
            ? "the etcd-operator, its permissions and, if no EtcdCluster is left in any namespace, its CustomResourceDefinition"
            : "the etcd-operator and its permissions",
          "the Secrets etcd-client-tls, etcd-server-tls and etcd-peer-tls",
        ],
        keptState: [],
        keptObjects: crd === "own" ? [sharedCrd] : [],
      };
    case "existing":
      return {
        isSaved: false,
        made: () =>
          [destination.clientSecret, destination.credentialsSecret]
            .filter((name) => name !== undefined)
            .map((name) => `Secret ${name}, for the existing etcd`),
        keptState: [
          {
            what: `${describeAddress(destination)}, with Trident's state under ${prefix.text}`,
            command: deletionCommand(destination.endpoints, prefix),
          },
        ],
        keptObjects: [],
      };
  }
}

const sharedCrd: KeptThing = {
  what:
    `CustomResourceDefinition ${crdName}, if an EtcdCluster of any namespace is left; with it, all of them and their data ` +
    `would be deleted`,
  command: `kubectl delete customresourcedefinition ${crdName}`,
  look: { path: crdPath },
};

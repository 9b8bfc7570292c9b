import type { ClaimSource } from "@trident-etcd/migration/trident/legacy/uninstalled-trident.ts";

import type { Settings } from "./settings/settings.ts";

/** The etcds that came with Trident 18.04, 18.07, 18.10, 19.01 and 19.04. */
const vendorsVersions = ["3.1.5", "3.2.19", "3.3.9", "3.3.10", "3.3.12"];

/** The Trident that is migrated from, as its vendor's installer makes it, and where the record of that is kept. */
export function legacyTrident(settings: Settings) {
  return {
    legacyClaim: claimSource(settings),
    legacyDeployment: "trident",
    legacyEtcdContainer: "etcd",
    record: "trident-etcd-migration",
    prefix: "/trident/",
  };
}

type ClaimSettings = Pick<
  Settings,
  "legacyClaim" | "legacyEtcdImage" | "etcdRepository" | "etcdVersion" | "busyboxImage"
>;

/** How the claim of an uninstalled Trident is read: by the image that is set, else by each that it may need, the oldest first. */
export function claimSource(settings: ClaimSettings): ClaimSource {
  const { legacyClaim: claim, legacyEtcdImage, etcdRepository, etcdVersion, busyboxImage: copyImage } = settings;
  if (legacyEtcdImage !== "") return { claim, etcdImages: [legacyEtcdImage], copyImage };
  // The members' own can be had wherever this stack can, and reads what older ones wrote.
  const versions = [...vendorsVersions, etcdVersion].sort(compareVersions);
  const etcdImages = [...new Set(versions.map((version) => `${etcdRepository}:v${version}`))];
  return { claim, etcdImages, copyImage };
}

function compareVersions(one: string, other: string): number {
  const numbers = (text: string): number[] => (text.split("@")[0] ?? "").split(".").map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

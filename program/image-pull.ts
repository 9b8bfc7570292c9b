import type * as pulumi from "@pulumi/pulumi";

import type { ClusterChoice } from "../components/cluster-of.ts";
import { ImagePull } from "../components/trident/image-pull.ts";
import { tridentImages, type TridentSpecArgs } from "../components/trident/trident.ts";
import { legacyTrident } from "./legacy-trident.ts";
import type { Settings } from "./settings/settings.ts";

/**
 * Trident's Deployment, which is to depend on this, is made or changed only once its image could be pulled. A migration sees to that by
 * itself, too. Rolled back, the old Trident has its place.
 */
export function pullTridentImage(
  settings: Settings,
  trident: TridentSpecArgs,
  made: { readonly access: ClusterChoice; readonly record: pulumi.Input<string> },
): ImagePull | undefined {
  if (settings.rollback) return undefined;
  const { namespace, timeoutSeconds } = settings;
  return new ImagePull("trident-image", {
    ...made.access,
    namespace,
    deployment: legacyTrident(settings).legacyDeployment,
    record: made.record,
    pods: tridentImages(trident),
    timeoutSeconds,
  });
}

import type { ClusterClient } from "./cluster-client.ts";
import { isForbidden, isNotFound } from "./errors.ts";

/** What decides how pods get their users: on OpenShift its SecurityContextConstraints do. */
export type Platform = "kubernetes" | "openshift";

/** The group of SecurityContextConstraints, which only OpenShift serves. */
const securityGroup = "/apis/security.openshift.io";

/** Tells OpenShift by its API groups. Raises what reaching the cluster raises. */
export async function detectPlatform(cluster: Pick<ClusterClient, "requestJson">): Promise<Platform> {
  try {
    await cluster.requestJson({ method: "GET", path: securityGroup });
    return "openshift";
  } catch (error) {
    // Discovery is everybody's by default; where it is not, whoever runs it says what the platform is.
    if (isNotFound(error) || isForbidden(error)) return "kubernetes";
    throw error;
  }
}

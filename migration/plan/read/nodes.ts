import type { ClusterReader, ServedObject } from "./cluster-reader.ts";

/** A node that pods may be placed on, as far as images go. */
export interface FoundNode {
  readonly name: string;
  /** Such as `amd64`; empty where it does not say. */
  readonly architecture: string;
  /** Such as `containerd` with `2.1.4`; empty where it does not say. */
  readonly runtime: string;
  readonly runtimeVersion: string;
  /** Names of images that it has: a kubelet tells of 50, the largest. */
  readonly images: readonly string[];
}

/** Those that are not cordoned; undefined when they may not be listed. */
export async function readNodes(reader: Pick<ClusterReader, "list">): Promise<readonly FoundNode[] | undefined> {
  const nodes = await reader.list("/api/v1/nodes");
  return nodes
    ?.filter(({ spec }) => (spec as { unschedulable?: boolean } | undefined)?.unschedulable !== true)
    .map(foundNode);
}

interface NodeStatus {
  readonly nodeInfo?: { readonly architecture?: string; readonly containerRuntimeVersion?: string };
  readonly images?: readonly { readonly names?: readonly string[] }[];
}

function foundNode({ metadata, status }: ServedObject): FoundNode {
  const { nodeInfo = {}, images = [] } = (status ?? {}) as NodeStatus;
  const [runtime = "", runtimeVersion = ""] = (nodeInfo.containerRuntimeVersion ?? "").split("://");
  return {
    ...{ name: metadata?.name ?? "", architecture: nodeInfo.architecture ?? "", runtime, runtimeVersion },
    images: images.flatMap(({ names = [] }) => names),
  };
}

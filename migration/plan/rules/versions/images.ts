import { change } from "../../../wording/change.ts";
import { listed } from "../../../wording/counted.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import { isEtcdAlone, isServing, type Flow } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { FoundNode } from "../../read/nodes.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { parseVersion, versionOfImage } from "./version.ts";

export interface ImageFacts {
  readonly flow: Flow;
  /** Undefined for an etcd alone. */
  readonly tridentImage: string | undefined;
  /** Absent for an etcd that is there already. */
  readonly images?: PlanRequest["images"] | undefined;
  /** Undefined when they may not be listed. */
  readonly nodes: readonly FoundNode[] | undefined;
}

export function imageFacts({ tridentImage, images }: PlanRequest, { flow, nodes }: PlanFacts): ImageFacts {
  return { flow: flow.flow, tridentImage: isEtcdAlone(flow.flow) ? undefined : tridentImage, images, nodes };
}

/** Whether the nodes' container runtimes and processors are ones that the images can be used with. */
export function checkImages(facts: ImageFacts): Findings {
  const { flow, nodes } = facts;
  if (flow === "rollback" || flow === "rolledBack") return nothingFound;
  if (nodes === undefined) return isServing(flow) ? nothingFound : atRisk("knowledge", cannotListNodes);
  const found = together(...checkFormats(facts, nodes), checkArchitectures(facts, nodes));
  // What runs already is not to be kept from an `up`: it may be on its node, and a node may be a new one.
  if (!isServing(flow)) return found;
  return atRisk("service", ...found.blockers.map(({ message, remedy }) => `${message} ${remedy}`));
}

const cannotListNodes =
  "The user of the kubeconfig may not list nodes: whether their container runtimes still pull images in the old format (manifest schema 1), " +
  "as the etcd-operator's is, and whether their processors are amd64, is not known.";

function checkFormats({ images }: ImageFacts, nodes: readonly FoundNode[]): Findings[] {
  if (images === undefined) return [];
  return [
    checkFormat(images.operator, nodes, {
      object: "operatorImage",
      remedy: [
        "Copy it to a registry of yours, which gives it a manifest of schema 2, and name it there, by the digest that it has then; or load it on these nodes. See docs/images.md.",
        `  skopeo copy --format v2s2 docker://${images.operator} docker://REGISTRY/coreos/etcd-operator:v0.9.4`,
        `  ${change({ operatorImage: "REGISTRY/coreos/etcd-operator@sha256:DIGEST" })}`,
      ].join("\n"),
    }),
    checkFormat(images.etcd, nodes, {
      object: "etcdVersion",
      remedy: `Choose one that was published since: \`${change({ etcdVersion: "3.4.22" })}\`.`,
    }),
  ];
}

function checkFormat(image: string, nodes: readonly FoundNode[], about: Pick<Blocker, "object" | "remedy">): Findings {
  if (!isOfSchema1(image)) return nothingFound;
  const refusing = nodes.filter((node) => refusesSchema1(node) && !node.images.includes(image));
  if (refusing.length === 0) return nothingFound;
  const first = refusing
    .slice(0, 3)
    .map(({ name, runtime, runtimeVersion }) => `${name} (${runtime} ${runtimeVersion})`);
  return blockedBy({
    kind: "unpullableImage",
    ...about,
    message:
      `Image ${image} has a manifest of schema 1, which container runtimes no longer pull (containerd since 2.0, Docker since 26), and ` +
      `it is not among the images of these nodes: ${listed({ count: refusing.length, first })}.`,
  });
}

/**
 * Quay stored what was pushed up to the beginning of 2020 with manifests of schema 1, and still does; the etcd-operator's last release is of
 * 2019. Of other registries nothing is known.
 */
export function isOfSchema1(image: string): boolean {
  if (/^quay\.io\/coreos\/etcd-operator[:@]/.test(image)) return true;
  const version = image.startsWith("quay.io/coreos/etcd:") ? versionOfImage(image) : undefined;
  if (version?.major !== 3) return false;
  const lastOf = [Infinity, Infinity, 28, 18, 3][version.minor];
  return lastOf !== undefined && version.patch <= lastOf;
}

/**
 * By default: containerd 2.0 and Docker 26 can still be told otherwise, by an environment variable of theirs, and later ones no more. CRI-O
 * goes on pulling them.
 */
export function refusesSchema1({ runtime, runtimeVersion }: Pick<FoundNode, "runtime" | "runtimeVersion">): boolean {
  const major = parseVersion(runtimeVersion)?.major ?? 0;
  return (runtime === "containerd" && major >= 2) || (runtime === "docker" && major >= 26);
}

/** Published for amd64 alone: Trident up to 19.04, and the etcd-operator ever. */
function isForAmd64Alone(image: string): boolean {
  return /^((docker\.io\/)?netapp\/trident|quay\.io\/coreos\/etcd-operator)[:@]/.test(image);
}

function checkArchitectures({ tridentImage, images }: ImageFacts, nodes: readonly FoundNode[]): Findings {
  const others = nodes.filter(({ architecture }) => architecture !== "amd64" && architecture !== "");
  if (others.length === 0) return nothingFound;
  const all = [tridentImage, images?.operator].filter((image) => image !== undefined);
  const published = all.filter(isForAmd64Alone);
  const first = others.slice(0, 3).map(({ name, architecture }) => `${name} (${architecture})`);
  const which = listed({ count: others.length, first });
  if (others.length < nodes.length) {
    return atRisk(
      "service",
      `Some nodes are not amd64: ${which}. ${all.join(" and ")} may be made for amd64 alone: keep their pods ` +
        `off them, with a nodeSelector of kubernetes.io/arch: amd64 (beta.kubernetes.io/arch before Kubernetes 1.14), see docs/images.md.`,
    );
  }
  if (published.length === 0)
    return atRisk("service", `No node is amd64: ${which}. ${all.join(" and ")} must be made for that.`);
  return blockedBy({
    kind: "otherArchitecture",
    object: "the cluster",
    message: `No node is amd64 (${which}), and ${published.join(" and ")} are published for amd64 alone.`,
    remedy:
      `Add a node that is, or name images that you have built for these with \`${change({ tridentImage: "IMAGE" })}\` and ` +
      `\`${change({ operatorImage: "IMAGE" })}\`. See docs/images.md.`,
  });
}

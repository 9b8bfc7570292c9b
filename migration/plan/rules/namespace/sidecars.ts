import type { V1Pod } from "@kubernetes/client-node";
import type { TriedPod } from "../../read/namespace/try-pods.ts";
import { atRisk, nothingFound, type Findings } from "../findings.ts";

/** What admission puts into pods, such as a service mesh's proxy: it stands between members, and a pod that is to end never does. */
export function checkSidecars(namespace: string, pods: readonly TriedPod[]): Findings {
  const injected = pods.flatMap(({ what, pod, outcome }) => {
    const names =
      outcome.kind === "admitted" ? namesOf(outcome.pod).filter((name) => !namesOf(pod).includes(name)) : [];
    return names.length === 0 ? [] : [{ what, names }];
  });
  if (injected.length === 0) return nothingFound;
  const names = [...new Set(injected.flatMap((each) => each.names))].join(", ");
  return atRisk(
    "service",
    `Something puts ${names} into pods of namespace ${namespace}: ${injected.map(({ what }) => what).join(", ")}. A service mesh's proxy ` +
      "would stand between the members, which ask each other for certificates of their own CA. Have it leave the namespace alone, with " +
      `Istio by \`kubectl label namespace ${namespace} istio-injection=disabled istio.io/rev- --overwrite\`, with Linkerd by ` +
      `\`kubectl annotate namespace ${namespace} linkerd.io/inject=disabled --overwrite\`.`,
  );
}

function namesOf({ spec }: V1Pod): string[] {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name }) => name);
}

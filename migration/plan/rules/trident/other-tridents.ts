import { change } from "../../../wording/change.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import { isEtcdAlone, type Flow } from "../../migration-plan.ts";
import type { OtherTridents, TridentWorkload } from "../../read/other-tridents.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

const why =
  "Two Tridents on one cluster provision for the same PersistentVolumeClaims, and delete each other's volumes.";

/** A blocker for what would begin a second one; who is there already is only told. */
export function checkOtherTridents({ workloads, clusterObjects, unseen }: OtherTridents, flow: Flow): Findings {
  if (isEtcdAlone(flow)) return nothingFound;
  const running = workloads.filter(({ runs }) => runs);
  const found = [...running.map(nameOf), ...clusterObjects.map((each) => each.replace("/", " "))];
  const begins = flow === "install" || flow === "migrate";
  return together(
    found.length === 0
      ? nothingFound
      : begins
        ? blockedBy(anotherTrident(running, clusterObjects))
        : atRisk("state", `Another Trident is on this cluster: ${found.join(", ")}. ${why}`),
    atRisk("state", ...workloads.filter(({ runs }) => !runs).map(isStopped)),
    begins && unseen.length > 0 ? atRisk("knowledge", isUnknown(unseen)) : nothingFound,
  );
}

function isStopped(workload: TridentWorkload): string {
  return `${nameOf(workload)} is a Trident, too, at 0 replicas: it is not to be started again. ${why}`;
}

function isUnknown(unseen: readonly string[]): string {
  return (
    `The user of the kubeconfig may not list ${unseen.join(", ")} in all namespaces: whether another Trident runs on this cluster is ` +
    `not known. ${why} Have somebody look who may: \`kubectl get deployments,statefulsets,daemonsets --all-namespaces\`.`
  );
}

function nameOf({ kind, name, namespace }: TridentWorkload): string {
  return `${kind} ${name} in namespace ${namespace}`;
}

function anotherTrident(running: readonly TridentWorkload[], clusterObjects: readonly string[]): Blocker {
  const [first] = running;
  const found = [...running.map(nameOf), ...clusterObjects.map((each) => each.replace("/", " "))].join(", ");
  const namespaces = [...new Set(running.map(({ namespace }) => namespace))];
  const isMigratable = running.length === 1 && first?.kind === "Deployment" && clusterObjects.length === 0;
  return {
    kind: "anotherTrident",
    object: first === undefined ? (clusterObjects[0] ?? "") : `${first.kind}/${first.name}`,
    message: `There is another Trident on this cluster: ${found}. ${why}`,
    remedy: [
      ...(isMigratable
        ? [
            `If it is the one that this stack is about, say so: \`${change({ namespace: first.namespace })}\`, and ` +
              `\`${change({ migrate: true })}\` where it keeps its state in an etcd of its own pod.`,
          ]
        : []),
      ...namespaces.map((namespace) => {
        const scaled = running.filter((each) => each.namespace === namespace && each.kind !== "DaemonSet");
        const names = scaled.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`).join(" ");
        const stop =
          names === "" ? "" : `, or at least stop it: \`kubectl --namespace ${namespace} scale ${names} --replicas 0\``;
        return `If nobody needs it, uninstall it: \`tridentctl --namespace ${namespace} uninstall\`${stop}.`;
      }),
      ...(clusterObjects.length === 0
        ? []
        : [
            `A Trident from 19.07 on keeps its state in objects of the cluster, and is not replaced by this program. Where it was uninstalled and ` +
              `its state is not needed (\`kubectl get tridentbackends,tridentvolumes --all-namespaces\`), delete what it left: ` +
              `${clusterObjects.map((each) => `\`kubectl delete ${lowerKind(each)}\``).join(", ")}.`,
          ]),
    ].join("\n"),
  };
}

function lowerKind(object: string): string {
  const [kind = "", name = ""] = object.split("/");
  return `${kind.toLowerCase()} ${name}`;
}

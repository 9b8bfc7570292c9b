import type { Blocker } from "../../../blockers/blocker.ts";
import type { FlowFinding } from "../../flow/flow-finding.ts";
import type { DeploymentManagers } from "../../read/deployment-managers.ts";
import type { DeploymentMark } from "../../read/deployment-marks.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

/** Blockers for what undoes a migration by itself, risks for what may. Only a migration puts another Deployment in its place. */
export function checkManagers(
  managers: DeploymentManagers | undefined,
  { flow, refusal }: Pick<FlowFinding, "flow" | "refusal">,
): Findings {
  const isReplaced = (flow === "migrate" || flow === "resume") && refusal === undefined;
  if (managers === undefined || !isReplaced) return nothingFound;
  const { deployment, namespace, marks, owner, scalers, scalersKnown } = managers;
  const what = `Deployment ${deployment} in namespace ${namespace}`;
  const blocker = (message: string, remedy: string): Blocker => ({
    kind: "managedDeployment",
    object: `Deployment/${deployment}`,
    message,
    remedy,
  });
  const ours = "The new Trident's Deployment takes its name";
  return together(
    blockedBy(
      ...marks
        .filter((mark) => mark.isCertain)
        .map((mark) =>
          blocker(
            `${what} is kept in sync by ${mark.who}, says its ${mark.mark}. ${ours}, and the next sync would put the old one over it.`,
            [
              `Have it left alone: ${mark.release}. Then take the mark off, and run this again:`,
              ...mark.taken.map((words) => {
                const [verb = "", ...keys] = words.split(" ");
                return `kubectl --namespace ${namespace} ${verb} deployment ${deployment} ${keys.join(" ")}`;
              }),
            ].join("\n"),
          ),
        ),
      ...(owner === undefined
        ? []
        : [
            blocker(
              `${what} belongs to ${owner}, whose controller made it and makes it again once it is stopped or deleted.`,
              `Stop that controller for good, and then free the Deployment: \`kubectl --namespace ${namespace} patch deployment ` +
                `${deployment} --type json --patch '[{"op":"remove","path":"/metadata/ownerReferences"}]'\`. Without the first, it would take ` +
                "the Deployment back.",
            ),
          ]),
      ...scalers.map((scaler) => {
        const [kind = "", name = ""] = scaler.split("/");
        return blocker(
          `${kind} ${name} in namespace ${namespace} scales Deployment ${deployment}. ${ours}, and more than one replica would be two Tridents ` +
            "on one etcd.",
          `Delete it, since Trident is made for one replica: \`kubectl --namespace ${namespace} delete ${kind.toLowerCase()} ${name}\`.`,
        );
      }),
    ),
    atRisk("service", ...marks.filter((mark) => !mark.isCertain).map((mark) => mayBeUndone(what, mark))),
    scalersKnown ? nothingFound : atRisk("knowledge", unknownScalers(namespace, deployment)),
  );
}

function mayBeUndone(what: string, { who, mark, release }: DeploymentMark): string {
  return `${what} was installed by ${who}, says its ${mark}: ${release}.`;
}

function unknownScalers(namespace: string, deployment: string): string {
  return (
    `The user of the kubeconfig may not list the HorizontalPodAutoscalers of namespace ${namespace}: one of Deployment ${deployment} ` +
    `is to be deleted before (\`kubectl --namespace ${namespace} get horizontalpodautoscalers\`).`
  );
}

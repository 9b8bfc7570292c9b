import type { Refusal } from "../../../kubernetes/refusal.ts";

/** What to do, in the namespace or the cluster, for the pods to be taken. */
export function remedyOf(namespace: string, { cause, by }: Refusal): string {
  const kubectl = `kubectl --namespace ${namespace}`;
  switch (cause) {
    case "quota":
      return `Have an administrator allow more: \`${kubectl} edit resourcequota ${by}\`; or free it.`;
    case "quotaNeedsMore":
      return [
        `ResourceQuota ${by} wants each pod to say what it takes. A LimitRange says it for those that don't, such as`,
        `${kubectl} create --filename - <<'END'`,
        JSON.stringify(defaultsFor(namespace)),
        "END",
      ].join("\n");
    case "limitRange":
      return `Have an administrator allow that much to a container: \`${kubectl} get limitranges --output yaml\` shows what is allowed.`;
    case "podSecurity":
      return [
        by === "restricted"
          ? "Trident's image runs as root, and the etcd-operator knows no field for what `restricted` asks of members; `baseline` takes all of them:"
          : "Have it take them:",
        `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=${by === "restricted" ? "baseline" : "privileged"} --overwrite`,
      ].join("\n");
    case "podSecurityPolicy":
      return [
        "Let the namespace's service accounts use a policy that takes them (root, Secrets, emptyDir and claims):",
        `${kubectl} create rolebinding trident-etcd-policy --clusterrole=NAME --group=system:serviceaccounts:${namespace}`,
      ].join("\n");
    case "securityContextConstraint":
      return `See what the service account of the pod may use: \`oc adm policy who-can use scc anyuid --namespace ${namespace}\`.`;
    case "webhook":
      return (
        `Whoever runs it can exempt the namespace: \`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations ` +
        `--output yaml\` has webhook ${by}, and what it looks at.`
      );
    case "webhookSilent":
      return `No such pod can be made until it answers: \`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations --output yaml\` has webhook ${by}, and where it is called.`;
    case "admissionPolicy":
      return `Have it exempt the namespace: \`kubectl get validatingadmissionpolicy ${by} --output yaml\`.`;
    case "noDryRun":
    case "serviceAccount":
    case "permission":
    case "other":
      return "Put that right, and run this again.";
  }
}

/** Enough for a member and for Trident. */
function defaultsFor(namespace: string) {
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "defaults", namespace },
    spec: {
      limits: [
        {
          type: "Container",
          default: { cpu: "1", memory: "1Gi" },
          defaultRequest: { cpu: "50m", memory: "64Mi" },
        },
      ],
    },
  };
}

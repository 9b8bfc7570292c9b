import type { V1ObjectMeta } from "@kubernetes/client-node";

/** What a tool leaves on the objects that it keeps as they are written elsewhere. */
export interface DeploymentMark {
  /** Who would change the Deployment, by name. */
  readonly who: string;
  /** The label or annotation that says so. */
  readonly mark: string;
  /** Whether it undoes every change by itself; otherwise only when somebody has it run. */
  readonly isCertain: boolean;
  /** How it is told to leave the Deployment alone, as sentences or commands. */
  readonly release: string;
  /** `label KEY-` or `annotate KEY-`, as kubectl takes a mark off. */
  readonly taken: readonly string[];
}

/** Nothing for a mark that another one explains: Flux installs with Helm, which leaves its own marks, too. */
export function findMarks({ labels = {}, annotations = {} }: V1ObjectMeta): DeploymentMark[] {
  const certain = [
    argoCd(labels, annotations),
    fluxKustomization(labels),
    fluxHelmRelease(labels),
    configSync(annotations),
    addonManager(labels),
  ].filter((mark) => mark !== undefined);
  if (certain.length > 0) return certain;
  const likely = [fleet(annotations), helm(labels, annotations)].filter((mark) => mark !== undefined);
  return likely.length > 0 ? likely : [instance(labels)].filter((mark) => mark !== undefined);
}

const argoLabel = "argocd.argoproj.io/instance";
const argoAnnotation = "argocd.argoproj.io/tracking-id";

function argoCd(labels: Record<string, string>, annotations: Record<string, string>): DeploymentMark | undefined {
  const tracked = annotations[argoAnnotation];
  const name = tracked?.split(":")[0] ?? labels[argoLabel];
  if (name === undefined) return undefined;
  // An application of another namespace than Argo CD's own is tracked as NAMESPACE_NAME.
  const [namespace, application] = name.includes("_") ? name.split("_", 2) : ["argocd", name];
  return {
    who: `Argo CD (application ${application})`,
    mark: tracked === undefined ? `label ${argoLabel}` : `annotation ${argoAnnotation}`,
    isCertain: true,
    release:
      `take it out of the application's Git repository with pruning off, or stop its automatic sync: \`kubectl --namespace ${namespace} ` +
      `patch applications.argoproj.io ${application} --type merge --patch '{"spec":{"syncPolicy":{"automated":null}}}'\``,
    taken: [
      ...(labels[argoLabel] === undefined ? [] : [`label ${argoLabel}-`]),
      ...(tracked === undefined ? [] : [`annotate ${argoAnnotation}-`]),
    ],
  };
}

const flux = "toolkit.fluxcd.io";

function fluxKustomization(labels: Record<string, string>): DeploymentMark | undefined {
  return fluxMark(labels, `kustomize.${flux}`, "Kustomization", `kustomizations.kustomize.${flux}`);
}

function fluxHelmRelease(labels: Record<string, string>): DeploymentMark | undefined {
  return fluxMark(labels, `helm.${flux}`, "HelmRelease", `helmreleases.helm.${flux}`);
}

function fluxMark(
  labels: Record<string, string>,
  group: string,
  kind: string,
  resource: string,
): DeploymentMark | undefined {
  const name = labels[`${group}/name`];
  if (name === undefined) return undefined;
  const namespace = labels[`${group}/namespace`] ?? "flux-system";
  return {
    who: `Flux (${kind} ${name} in namespace ${namespace})`,
    mark: `label ${group}/name`,
    isCertain: true,
    release:
      `take it out of the Git repository with pruning off, or suspend it: \`kubectl --namespace ${namespace} patch ${resource} ${name} ` +
      `--type merge --patch '{"spec":{"suspend":true}}'\``,
    taken: [`label ${group}/name- ${group}/namespace-`],
  };
}

const configSyncAnnotation = "configmanagement.gke.io/managed";

function configSync(annotations: Record<string, string>): DeploymentMark | undefined {
  if (annotations[configSyncAnnotation] !== "enabled") return undefined;
  return {
    who: "Config Sync",
    mark: `annotation ${configSyncAnnotation}: enabled`,
    isCertain: true,
    release: `set the annotation ${configSyncAnnotation}: disabled in its Git repository, and take it out of there after the next sync`,
    taken: [`annotate ${configSyncAnnotation}-`],
  };
}

const addonManagerLabel = "addonmanager.kubernetes.io/mode";

function addonManager(labels: Record<string, string>): DeploymentMark | undefined {
  if (labels[addonManagerLabel] !== "Reconcile") return undefined;
  return {
    who: "Kubernetes' addon manager",
    mark: `label ${addonManagerLabel}: Reconcile`,
    isCertain: true,
    release: "take its manifest out of the folder /etc/kubernetes/addons of the control plane's nodes",
    taken: [`label ${addonManagerLabel}-`],
  };
}

const fleetAnnotation = "objectset.rio.cattle.io/id";

function fleet(annotations: Record<string, string>): DeploymentMark | undefined {
  const name = annotations[fleetAnnotation];
  if (name === undefined) return undefined;
  return {
    who: `Rancher (set ${name})`,
    mark: `annotation ${fleetAnnotation}`,
    isCertain: false,
    release: "take it out of there before, and have nothing of it deployed again",
    taken: [],
  };
}

function helm(labels: Record<string, string>, annotations: Record<string, string>): DeploymentMark | undefined {
  const release = annotations["meta.helm.sh/release-name"] ?? labels.release;
  const tool = labels["app.kubernetes.io/managed-by"] ?? labels.heritage;
  const isHelm = tool === "Helm" || tool === "Tiller";
  if (!isHelm && annotations["meta.helm.sh/release-name"] === undefined) return undefined;
  return {
    who: release === undefined ? "Helm" : `Helm (release ${release})`,
    mark: isHelm ? `label naming ${tool}` : "annotation meta.helm.sh/release-name",
    isCertain: false,
    release:
      "neither upgrade nor uninstall that release any more, since both would meet the new Deployment of the same name",
    taken: [],
  };
}

const instanceLabel = "app.kubernetes.io/instance";

function instance(labels: Record<string, string>): DeploymentMark | undefined {
  const name = labels[instanceLabel];
  if (name === undefined) return undefined;
  return {
    who: `whatever installs ${name}`,
    mark: `label ${instanceLabel}, by which Argo CD may know what it keeps in sync`,
    isCertain: false,
    release: `see whether an Argo CD application ${name} has it, and stop its automatic sync before`,
    taken: [],
  };
}

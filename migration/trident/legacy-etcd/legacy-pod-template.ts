import type { V1Container, V1Pod, V1PodSpec, V1Volume } from "@kubernetes/client-node";
import { endsWithItsReason, forAMoment, ownerReference, type PodOwner } from "../../kubernetes/helper-pod.ts";
import { managedByLabel, managedByValue } from "../../kubernetes/ownership.ts";
import { withPodSettings, type PodSettings } from "../../kubernetes/pod-settings.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";
import { legacyDataDirectory } from "../legacy/uninstalled-trident.ts";

export const sourcePodName = "trident-etcd-source";
export const imageCheckPodName = "trident-etcd-image-check";

/**
 * The legacy pod's etcd alone, on the same claim: same image, flags, environment and place to run, no Trident, and no
 * label of the Deployment, whose pod it must not pass for. It only elects itself sooner.
 */
export function sourcePod(legacy: LegacyTrident, owner: PodOwner, settings: PodSettings = {}): V1Pod {
  const container = pick(legacy.etcdContainer, [
    "name",
    "image",
    "imagePullPolicy",
    "command",
    "args",
    "workingDir",
    "env",
    "envFrom",
    "volumeMounts",
    "volumeDevices",
    "resources",
    "securityContext",
  ]);
  return pod(
    legacy,
    owner,
    { name: sourcePodName, settings: pulledAsBefore(settings) },
    {
      containers: [{ ...container, ...endsWithItsReason, ...electsItselfSoon(container) }],
      volumes: volumesMountedBy(legacy),
    },
  );
}

/**
 * The etcd of an uninstalled Trident on a copy of what its claim holds: the claim itself is mounted to be read only, so that no etcd,
 * whichever its version, changes anything there.
 */
export function copiedClaimPod(
  legacy: LegacyTrident,
  owner: PodOwner,
  images: { readonly etcd: string; readonly copy: string },
  settings: PodSettings = {},
): V1Pod {
  const { claim } = legacy;
  const container = pick(legacy.etcdContainer, ["name", "command", "args"]);
  const data = { name: "data", mountPath: legacyDataDirectory };
  return pod(
    legacy,
    owner,
    { name: sourcePodName, settings },
    {
      initContainers: [
        {
          name: copyContainerName,
          image: images.copy,
          command: ["/bin/sh", "-ec", copyScript],
          volumeMounts: [{ name: "claim", mountPath: "/claim", readOnly: true }, data],
          ...endsWithItsReason,
        },
      ],
      containers: [
        {
          ...container,
          image: images.etcd,
          volumeMounts: [data],
          ...endsWithItsReason,
          ...electsItselfSoon(container),
        },
      ],
      volumes: [
        { name: "claim", persistentVolumeClaim: { claimName: claim } },
        { name: "data", emptyDir: {} },
      ],
    },
  );
}

export const copyContainerName = "copy";

const copyScript = `
if [ ! -d /claim/member/snap ] || [ ! -d /claim/member/wal ]; then
  echo "the volume has no data directory of etcd at its top (no folders member/snap and member/wal)" >&2
  exit 3
fi
cp -a /claim/member ${legacyDataDirectory}/
chmod 700 ${legacyDataDirectory}
`;

/** The legacy image is pulled as the legacy pod pulls it: it is at hand as a rule, and not to be waited for in the outage. */
function pulledAsBefore(settings: PodSettings): PodSettings {
  const others = Object.entries(settings).filter(([field]) => field !== "imagePullPolicy");
  return Object.fromEntries(others) as PodSettings;
}

/** Runs `etcd --version` with the legacy image, pulled as the legacy pod pulls it: shows that it can still be had. */
export function imageCheckPod(legacy: LegacyTrident, owner: PodOwner, settings: PodSettings = {}): V1Pod {
  const container = pick(legacy.etcdContainer, ["name", "image", "imagePullPolicy", "securityContext"]);
  return pod(
    legacy,
    owner,
    { name: imageCheckPodName, settings: pulledAsBefore(settings) },
    {
      containers: [{ ...container, ...endsWithItsReason, command: [etcdBinary(legacy.etcdContainer), "--version"] }],
      activeDeadlineSeconds: 600,
    },
  );
}

/**
 * A member that is alone waits for up to a second until it elects itself, and Trident is away meanwhile. One that is told anything of
 * its elections, or may be, is left as it is: what is said twice must go together.
 */
function electsItselfSoon(container: Pick<V1Container, "command" | "args" | "env" | "envFrom">): Partial<V1Container> {
  const { command = [], args = [], env = [], envFrom = [] } = container;
  const told = /heartbeat.interval|election.timeout/i.test(JSON.stringify([command, args, env]));
  if (told || envFrom.length > 0) return {};
  return {
    env: [...env, { name: "ETCD_HEARTBEAT_INTERVAL", value: "10" }, { name: "ETCD_ELECTION_TIMEOUT", value: "100" }],
  };
}

type OwnSpec = Pick<V1PodSpec, "initContainers" | "containers" | "volumes" | "activeDeadlineSeconds">;

/** What it is called, and what it is given besides, in place of what the legacy pod has. */
interface Given {
  readonly name: string;
  readonly settings: PodSettings;
}

function pod(legacy: LegacyTrident, owner: PodOwner, { name, settings }: Given, spec: OwnSpec): V1Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: legacy.namespace,
      labels: { [managedByLabel]: managedByValue, "app.kubernetes.io/component": name },
      ownerReferences: [ownerReference(owner)],
    },
    spec: withPodSettings(
      {
        ...placeToRun(legacy),
        ...forAMoment,
        ...spec,
      },
      settings,
    ),
  };
}

// The service account stays: it may carry the pull secrets and, on OpenShift, the security context constraints.
function placeToRun(legacy: LegacyTrident): Partial<V1PodSpec> {
  const template: Partial<V1PodSpec> = legacy.template.spec ?? {};
  return pick(template, [
    "nodeSelector",
    "nodeName",
    "affinity",
    "tolerations",
    "schedulerName",
    "priorityClassName",
    "runtimeClassName",
    "imagePullSecrets",
    "serviceAccountName",
    "securityContext",
    "hostNetwork",
    "dnsPolicy",
    "dnsConfig",
    "hostAliases",
  ]);
}

function volumesMountedBy(legacy: LegacyTrident): V1Volume[] {
  const mounted = new Set((legacy.etcdContainer.volumeMounts ?? []).map((each) => each.name));
  return (legacy.template.spec?.volumes ?? []).filter((volume) => mounted.has(volume.name));
}

function etcdBinary(container: V1Container): string {
  const command = container.command?.[0];
  return command !== undefined && /(^|\/)etcd$/.test(command) ? command : "etcd";
}

function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Pick<T, K> {
  const picked: Partial<T> = {};
  for (const key of keys) {
    if (object[key] !== undefined) picked[key] = object[key];
  }
  return picked as Pick<T, K>;
}

import type { V1Container, V1PodSpec, V1PodTemplateSpec } from "@kubernetes/client-node";
import { podPlacement, type PodPlacement } from "../../kubernetes/pod-settings.ts";
import { counted } from "../../wording/counted.ts";
import { extraArguments } from "./trident-arguments.ts";
import type { TridentPod } from "./trident-pod.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";

/** A field of the pod's, and what of it is carried, by names and counts. */
export interface CarriedField {
  readonly field: keyof TridentPod;
  readonly text: string;
}

/**
 * What the legacy Trident's pod has that the new one is to have. Variables' values may hold passwords: they are no property, so that
 * nothing prints them which prints all else.
 */
export class CarriedPod {
  readonly carried: readonly CarriedField[];
  /** What it has besides and the new one has not, with the reason, as far as it is no part of every Trident's. */
  readonly left: readonly string[];
  readonly #pod: TridentPod;

  constructor(pod: TridentPod, carried: readonly CarriedField[] = [], left: readonly string[] = []) {
    this.#pod = pod;
    this.carried = carried;
    this.left = left;
  }

  /** With the values. */
  pod(): TridentPod {
    return this.#pod;
  }
}

type Legacy = Pick<LegacyTrident, "etcdContainer" | "claim"> & { readonly template: V1PodTemplateSpec };

type PodSpec = Pick<V1PodSpec, keyof V1PodSpec>;

export function carriedPod({ template, etcdContainer, claim }: Legacy): CarriedPod {
  const spec: PodSpec = template.spec ?? { containers: [] };
  const [trident, ...sidecars] = spec.containers.filter(({ name }) => name !== etcdContainer.name);
  if (trident === undefined) return new CarriedPod({});
  const placement = placementOf(spec);
  const variables = variablesOf(trident);
  const mounts = mountsOf(trident, spec, claim);
  const args = argumentsOf(trident);
  const resources = Object.keys(trident.resources ?? {}).length === 0 ? {} : { resources: trident.resources };
  const pod = { ...placement, ...variables.pod, ...resources, ...mounts.pod, ...args.pod } as TridentPod;
  const left = [...variables.left, ...mounts.left, ...args.left, ...unlike(spec, sidecars)];
  return new CarriedPod(pod, described(pod, args.names), left);
}

/** As the API server fills them in where nobody says anything. */
const defaults: PodPlacement = { dnsPolicy: "ClusterFirst", schedulerName: "default-scheduler" };

function placementOf(spec: PodSpec): PodPlacement {
  const { imagePullSecrets = [], ...others } = spec;
  const named = imagePullSecrets.flatMap(({ name }) => (name === undefined ? [] : [{ name }]));
  const all = podPlacement({ ...others, imagePullSecrets: named } as PodPlacement);
  return Object.fromEntries(
    Object.entries(all).filter(([field, value]) => {
      if (field === "dnsPolicy" && spec.hostNetwork === true) return false;
      return value !== defaults[field as keyof PodPlacement] && Object.keys(value as object).length > 0;
    }),
  );
}

const proxyVariable = /^(https?|no)_proxy$/i;

interface Found {
  readonly pod: TridentPod;
  readonly left: readonly string[];
}

/** Proxies, and what only refers to a value that is kept elsewhere. */
function variablesOf({ env = [], envFrom = [] }: V1Container): Found {
  const carried = env.filter(({ name, valueFrom }) => proxyVariable.test(name) || valueFrom !== undefined);
  const others = env.filter((each) => !carried.includes(each)).map(({ name }) => name);
  return {
    pod: { ...(carried.length === 0 ? {} : { env: carried }), ...(envFrom.length === 0 ? {} : { envFrom }) },
    left:
      others.length === 0 ? [] : [`env ${others.join(", ")}: of variables with a value only the proxies' are carried`],
  };
}

/** All that Trident mounts, but for its etcd's data and what would cover its certificate. */
function mountsOf({ volumeMounts = [] }: V1Container, { volumes = [] }: PodSpec, claim: string): Found {
  const covering = volumeMounts.filter(({ mountPath }) => /^\/root(\/certs)?(\/|$)/.test(mountPath));
  const isData = (name: string): boolean =>
    volumes.some((each) => each.name === name && each.persistentVolumeClaim?.claimName === claim);
  const carried = volumeMounts.filter((mount) => !covering.includes(mount) && !isData(mount.name));
  const mounted = volumes.filter(({ name }) => carried.some((mount) => mount.name === name));
  return {
    pod: carried.length === 0 ? {} : { volumes: mounted, volumeMounts: carried },
    left: covering.map(
      ({ mountPath }) => `the volume at ${mountPath}: the new Trident has its etcd's certificate there`,
    ),
  };
}

/** What every Trident with an embedded etcd is given. */
const usual = new Set([
  "-etcd_v2",
  "-etcd_v3",
  "-etcd_v3_cert",
  "-etcd_v3_cacert",
  "-etcd_v3_key",
  "-k8s_pod",
  "-debug",
]);

function argumentsOf({ command = [], args = [] }: V1Container): Found & { readonly names: readonly string[] } {
  const [program = "", ...first] = command;
  if (program !== "" && !/(^|\/)trident_orchestrator$/.test(program)) {
    return { pod: {}, names: [], left: ["its command, which is none of Trident's own, and the arguments of that"] };
  }
  const { taken, names, left } = extraArguments([...first, ...args]);
  return {
    pod: taken.length === 0 ? {} : { args: taken },
    names,
    left: left.filter(({ name }) => !usual.has(name)).map(({ name, why }) => `argument ${name}: ${why}`),
  };
}

function unlike(spec: PodSpec, sidecars: readonly V1Container[]): string[] {
  const names = [...sidecars, ...(spec.initContainers ?? [])].map(({ name }) => name);
  const others = (["hostNetwork", "hostPID", "hostIPC", "runtimeClassName"] as const).filter(
    (field) => spec[field] !== undefined && spec[field] !== false && spec[field] !== "",
  );
  return [
    ...(names.length === 0 ? [] : [`${counted(names.length, "more container")} of its pod (${names.join(", ")})`]),
    ...others,
    ...(Object.keys(spec.securityContext ?? {}).length === 0 ? [] : ["securityContext: the new Trident has its own"]),
  ];
}

/** Nothing of a variable's value, nor of an argument's, which may be a secret, too. */
function described(pod: TridentPod, argumentNames: readonly string[]): CarriedField[] {
  const texts: Partial<Record<keyof TridentPod, string>> = {
    imagePullSecrets: namesOf(pod.imagePullSecrets),
    nodeSelector: Object.keys(pod.nodeSelector ?? {}).join(", "),
    tolerations: countOf(pod.tolerations),
    affinity: Object.keys(pod.affinity ?? {}).join(", "),
    hostAliases: countOf(pod.hostAliases),
    priorityClassName: pod.priorityClassName ?? "",
    schedulerName: pod.schedulerName ?? "",
    dnsPolicy: pod.dnsPolicy ?? "",
    env: namesOf(pod.env),
    envFrom: countOf(pod.envFrom),
    volumes: namesOf(pod.volumes),
    args: argumentNames.join(", "),
  };
  return (Object.keys(pod) as (keyof TridentPod)[])
    .filter((field) => field !== "volumeMounts")
    .map((field) => ({ field, text: withText(field, texts[field] ?? "") }));
}

function withText(field: string, text: string): string {
  return text === "" ? field : `${field} (${text})`;
}

function namesOf(items: readonly { readonly name?: string }[] = []): string {
  return items.map(({ name = "" }) => name).join(", ");
}

function countOf(items: readonly unknown[] = []): string {
  return String(items.length);
}

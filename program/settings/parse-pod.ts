import { placementFields, type PodSettings } from "@trident-etcd/migration/kubernetes/pod-settings.ts";
import { extraArguments } from "@trident-etcd/migration/trident/new/trident-arguments.ts";
import type { TridentPod } from "@trident-etcd/migration/trident/new/trident-pod.ts";

import { commaList, objectNamePattern } from "./names.ts";

// Settings that are objects, as JSON; each of these answers with the value, or raises an Error that says how to write it.

/** For the new Trident's pod. */
export function tridentPod(text: string): TridentPod {
  const fields = ["env", "envFrom", "resources", "volumes", "volumeMounts", "args"] as const;
  const pod = podOf(text, [...placementFields, ...fields]);
  checkMounts(pod);
  checkArguments(pod);
  return pod;
}

/** For the etcd members: what the etcd-operator can give them. */
export function etcdPod(text: string): PodSettings {
  return podOf(text, ["nodeSelector", "tolerations", "affinity", "resources", "env"], {
    ...Object.fromEntries(
      placementFields.map((field) => [field, "the etcd-operator (v0.9.4) has no such thing for its members"]),
    ),
    imagePullSecrets:
      "the etcd-operator gives its members none: they pull with those of the namespace's ServiceAccount default. Set " +
      "imagePullSecrets, and the plan says whether that has them",
  });
}

/** For the etcd-operator's pod. */
export function operatorPod(text: string): PodSettings {
  return podOf(text, [...placementFields, "env", "resources"]);
}

/** For pods that are there for a moment: those that copy, relay and try whether an image can be pulled. */
export function helperPod(text: string): PodSettings {
  return podOf(text, [...placementFields, "resources"]);
}

/** Trident finds its certificate there, and would go on without TLS where it finds none. */
function checkMounts({ volumes = [], volumeMounts = [] }: TridentPod): void {
  const covered = volumeMounts.find(({ mountPath }) => /^\/root(\/certs)?\/?$/.test(mountPath));
  if (covered !== undefined) {
    throw new Error(
      `a volume at ${covered.mountPath} would cover the certificate for the etcd at /root/certs. Mount it elsewhere.`,
    );
  }
  if (volumes.some(({ name }) => name === "etcd-client-tls")) {
    throw new Error("the volume etcd-client-tls is the certificate for the etcd. Give yours another name.");
  }
}

function checkArguments({ args = [] }: TridentPod): void {
  const { left } = extraArguments(args);
  if (left.length > 0) {
    throw new Error(
      `args: ${left.map(({ name, why }) => `${name} (${why})`).join(", ")} can't be given to Trident here.`,
    );
  }
}

/** Names of Secrets with commas between them; none is a choice. */
export function pullSecretNames(text: string): readonly string[] {
  const names = commaList(text);
  const wrong = names.filter((name) => !objectNamePattern.test(name));
  if (wrong.length > 0) {
    throw new Error(
      `${wrong.join(", ")}: that is no Secret's name. Write names with commas between them, such as registry,mirror; ` +
        '"kubectl get secrets" lists those that there are.',
    );
  }
  return names;
}

/** Raises an Error that says what the value at `path` is to be. Answers with it, as Kubernetes takes it. */
type Shape = (value: unknown, path: string) => unknown;

/** What is deeper than this is the API server's to judge, which the plan asks. */
const shapes = {
  imagePullPolicy: text,
  imagePullSecrets: listOf(fields({ name: text }, ["name"])),
  nodeSelector: mapOfTexts,
  tolerations: listOf(fields({ key: text, operator: text, value: text, effect: text, tolerationSeconds: number })),
  affinity: fields({ nodeAffinity: anyObject, podAffinity: anyObject, podAntiAffinity: anyObject }),
  hostAliases: listOf(fields({ ip: text, hostnames: listOf(text) }, ["ip", "hostnames"])),
  priorityClassName: text,
  schedulerName: text,
  dnsPolicy: text,
  dnsConfig: fields({
    nameservers: listOf(text),
    searches: listOf(text),
    options: listOf(fields({ name: text, value: text }, ["name"])),
  }),
  env: listOf(fields({ name: text, value: text, valueFrom: anyObject }, ["name"])),
  envFrom: listOf(anyObject),
  resources: fields({ requests: mapOfTexts, limits: mapOfTexts }),
  volumes: listOf(anyObject),
  volumeMounts: listOf(anyObject),
  args: listOf(text),
} as const satisfies Record<keyof TridentPod, Shape>;

type Field = keyof typeof shapes;

/** @param refused why a field is not among those that can be set, where there is something to say of it. */
function podOf(json: string, allowed: readonly Field[], refused: Readonly<Record<string, string>> = {}): TridentPod {
  if (json.trim() === "") return {};
  const whole = parsed(json);
  for (const field of Object.keys(asObject(whole, "it"))) {
    if (allowed.includes(field as Field)) continue;
    throw new Error(
      `${field} can't be set there: ${refused[field] ?? "it is none of its fields"}. ${theFields(allowed)}`,
    );
  }
  const known = Object.fromEntries(allowed.map((field) => [field, shapes[field]]));
  return fields(known)(whole, "") as TridentPod;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw new Error(
      `write a JSON object with Kubernetes' own names, such as '{"nodeSelector":{"kubernetes.io/os":"linux"}}', or set one field ` +
        `at a time with "pulumi config set --path".`,
    );
  }
}

function theFields(allowed: readonly Field[]): string {
  return `The fields are ${allowed.join(", ")}, as in a pod's specification.`;
}

function fields(known: Readonly<Record<string, Shape>>, needed: readonly string[] = []): Shape {
  return (value, path) => {
    const object = asObject(value, path);
    for (const field of needed) {
      if (object[field] === undefined) throw new Error(`${path} lacks ${field}.`);
    }
    return Object.fromEntries(
      Object.entries(object).map(([field, content]) => {
        const shape = known[field];
        if (shape === undefined) {
          throw new Error(`${below(path, field)} is unknown; ${path} may have ${Object.keys(known).join(", ")}.`);
        }
        return [field, shape(content, below(path, field))];
      }),
    );
  };
}

function listOf(shape: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Error(`${path} is to be a list, written in [ ].`);
    return value.map((each, index) => shape(each, `${path}[${index}]`));
  };
}

/** Labels and quantities are texts to Kubernetes, while `pulumi config set --path` takes true and 2 for what they look like. */
function mapOfTexts(value: unknown, path: string): unknown {
  return Object.fromEntries(
    Object.entries(asObject(value, path)).map(([name, content]) => [name, text(content, below(path, name))]),
  );
}

function text(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  throw new Error(`${path} is to be a text.`);
}

function number(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  throw new Error(`${path} is to be a number.`);
}

function anyObject(value: unknown, path: string): Record<string, unknown> {
  return asObject(value, path);
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${path} is to be an object, written in { }.`);
}

function below(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}

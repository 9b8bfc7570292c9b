import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** What a program registered under Pulumi's mocks. */
export interface Registrations {
  readonly all: readonly Registration[];
  /** The only registration with that name. Raises an error that lists the names when there is none. */
  named(name: string): Registration;
  ofType(type: string): readonly Registration[];
}

export interface Registration {
  readonly type: string;
  readonly name: string;
  /** As sent; secrets are wrapped, see `isSecret` and `revealed`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names, not URNs. */
  readonly parent: string;
  readonly dependencies: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly retainOnDelete: boolean;
  /** URNs that it may have had before. */
  readonly aliases: readonly string[];
  readonly customTimeouts: { readonly create: string; readonly update: string };
}

interface RegisterResourceRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getRetainondelete(): boolean | undefined;
  getAliasesList(): { toObject(): unknown }[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string } | undefined;
}

/**
 * Runs `program` as Pulumi would, without engine and providers: in a preview resources get no ids and no computed outputs.
 *
 * @returns everything registered by the time that the program's last resource was.
 */
export async function record(preview: boolean, program: () => void): Promise<Registrations> {
  const inputsByName = new Map<string, Record<string, unknown>>();
  const requests: RegisterResourceRequest[] = [];
  await pulumi.runtime.setMocks(
    {
      call: () => ({}),
      newResource: ({ type, name, inputs, custom }) => {
        const sent = inputs as Record<string, unknown>;
        inputsByName.set(name, sent);
        const known = !preview && custom === true;
        return {
          id: known ? `id of ${name}` : undefined,
          state: known ? { ...sent, ...computed(type, name, sent) } : sent,
        };
      },
    },
    "trident-etcd",
    "test",
    preview,
    "organization",
  );
  const register = Reflect.get(MockMonitor.prototype, "registerResource") as (...words: unknown[]) => unknown;
  // Mocks are not told of dependencies and options; the requests are.
  MockMonitor.prototype.registerResource = function (
    this: unknown,
    request: RegisterResourceRequest,
    ...rest: unknown[]
  ) {
    requests.push(request);
    return register.call(this, request, ...rest);
  } as never;
  try {
    program();
    await pulumi.runtime.disconnect();
  } finally {
    MockMonitor.prototype.registerResource = register as never;
  }
  return registrations(requests.map((request) => registration(request, inputsByName)));
}

function registration(
  request: RegisterResourceRequest,
  inputsByName: ReadonlyMap<string, Record<string, unknown>>,
): Registration {
  const timeouts = request.getCustomtimeouts();
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: inputsByName.get(request.getName()) ?? {},
    parent: nameOf(request.getParent()),
    dependencies: request.getDependenciesList().map(nameOf).sort(),
    ignoreChanges: request.getIgnorechangesList(),
    retainOnDelete: request.getRetainondelete() ?? false,
    aliases: request.getAliasesList().map((alias) => JSON.stringify(alias.toObject())),
    customTimeouts: { create: timeouts?.getCreate() ?? "", update: timeouts?.getUpdate() ?? "" },
  };
}

function registrations(all: readonly Registration[]): Registrations {
  return {
    all,
    named: (name) => {
      const [found, another] = all.filter((each) => each.name === name);
      if (found === undefined || another !== undefined) {
        throw new Error(`not one resource named ${name} among: ${all.map((each) => each.name).join(", ")}`);
      }
      return found;
    },
    ofType: (type) => all.filter((each) => each.type === type),
  };
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** What the real providers would fill in; no real keys. */
function computed(type: string, name: string, sent: Record<string, unknown>): Record<string, unknown> {
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyPem: pulumi.secret(`private key ${name}`) };
    case "tls:index/selfSignedCert:SelfSignedCert":
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { certPem: `certificate ${name}`, validityEndTime: `end of ${name}` };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: `request ${name}` };
    case "kubernetes:etcd.database.coreos.com/v1beta2:EtcdCluster":
      return { status: { phase: "Running", members: { ready: ["member-b", "member-a"] } } };
    case "kubernetes:core/v1:ServiceAccount":
      return { metadata: { ...(sent.metadata as object), uid: `uid of ${name}` } };
    case "pulumi-nodejs:dynamic/trident-etcd:EtcdCopy":
    case "pulumi-nodejs:dynamic/trident-etcd:MigrationRun":
      return { keys: 7, bytes: 700, sha256: "digest" };
    case "pulumi-nodejs:dynamic/trident-etcd:StackIdentity":
      return { stackUid: "a uid" };
    default:
      return {};
  }
}

const secretMark = "4dabf18193072939515e22adb298388d";

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && secretMark in value;
}

/** `value` with the wrappers of secrets taken off, at any depth. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(revealed);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (isSecret(value)) {
    return revealed((value as { value: unknown }).value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revealed(each)]));
}

/** The value of an Output, as far as it is known; undefined in a preview that does not know it. */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  let value: T | undefined;
  output.apply((known) => {
    value = known;
  });
  // By now every registration has been answered; what is known travels through promises alone.
  await new Promise((resolve) => setImmediate(resolve));
  return value;
}

import { join } from "node:path";

import { repositoryRoot } from "../sandbox-paths.ts";

/** One Go module that is built into the toolchain. */
export interface ToolchainPart {
  name: PartName;
  /**
   * Absolute path of the module: go.mod, a complete go.sum, and a main.go unless a dependency has the main package. A prepare.sh
   * there is run before anything is built.
   */
  folder: string;
  /** Files that several parts share, as absolute paths: each is put beside the part's own. */
  sharedFiles?: readonly string[];
  /** File name of each binary -> its Go package. */
  binaries: Readonly<Record<string, string>>;
  linkerFlags: string;
  /** Of Go's conditional compilation, separated by commas. */
  buildTags?: string;
  /** Built by what needs it, not beforehand with the others. */
  onFirstUse?: true;
  /** How long it takes on two cores with nothing downloaded or compiled yet. */
  minutes: number;
  /** Files of a dependency that are embedded: too large to keep in the repository, so copied from the module. */
  embedded?: { module: string; files: readonly { path: string; version?: string }[] };
}

/** The Go release that everything is built with. Go fetches it by itself when the machine's own is another. */
export const goVersion = "go1.26.8";

/** With these, the result depends on nothing but the sources. */
export const goBuildEnvironment = {
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=readonly -trimpath -buildvcs=false",
  GOWORK: "off",
} as const;

export const pulumiVersion = "v3.250.0";
export const pluginVersions = { kubernetes: "v4.25.0", tls: "v5.3.1" } as const;

const kubernetesVersion = "v1.34.2";
const strip = "-s -w";

function part(name: PartName, rest: Omit<ToolchainPart, "name" | "folder">): ToolchainPart {
  return { name, folder: join(import.meta.dirname, name), ...rest };
}

/** An old Kubernetes, whose modules need some preparing to be built by today's Go. */
function oldKubernetes(
  name: PartName,
  version: string,
  rest: Pick<ToolchainPart, "binaries" | "buildTags" | "minutes">,
): ToolchainPart {
  const [major = "", minor = ""] = version.slice(1).split(".");
  const packages = ["k8s.io/kubernetes/pkg/version", "k8s.io/client-go/pkg/version", "k8s.io/component-base/version"];
  const settings = [`gitVersion=${version}`, `gitMajor=${major}`, `gitMinor=${minor}`, "gitTreeState=clean"];
  return part(name, {
    sharedFiles: [join(import.meta.dirname, "kubernetes-sources.sh")],
    linkerFlags: [strip, ...packages.flatMap((each) => settings.map((setting) => `-X ${each}.${setting}`))].join(" "),
    onFirstUse: true,
    ...rest,
  });
}

export type PartName =
  | "pause"
  | "kubernetes"
  | "kubernetes-1.14"
  | "kubernetes-1.16"
  | "coredns"
  | "coredns-1.9.4"
  | "etcd-operator"
  | "trident-stand-in"
  | "language-nodejs"
  | "pulumi"
  | "provider-tls"
  | "provider-kubernetes";

/** What every sandbox runs beside its Kubernetes, its images included. */
export const sandboxParts: readonly PartName[] = ["pause", "etcd-operator", "trident-stand-in"];

/** In the order in which they are built: what a first look at the sandbox needs comes first. */
export const toolchainParts: readonly ToolchainPart[] = [
  part("pause", { binaries: { pause: "." }, linkerFlags: strip, minutes: 0.1 }),
  part("kubernetes", {
    binaries: { kube: "." },
    linkerFlags: [
      strip,
      `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
      `-X k8s.io/client-go/pkg/version.gitVersion=${kubernetesVersion}`,
      "-X k8s.io/component-base/version.gitMajor=1",
      "-X k8s.io/component-base/version.gitMinor=34",
    ].join(" "),
    minutes: 8,
  }),
  part("coredns", { binaries: { coredns: "github.com/coredns/coredns" }, linkerFlags: strip, minutes: 2.1 }),
  part("etcd-operator", {
    binaries: { "etcd-operator": "github.com/coreos/etcd-operator/cmd/operator" },
    linkerFlags: strip,
    minutes: 2.7,
  }),
  {
    name: "trident-stand-in",
    folder: join(repositoryRoot, "sandbox", "trident-stand-in"),
    binaries: { trident_orchestrator: "./cmd/trident_orchestrator", tridentctl: "./cmd/tridentctl" },
    linkerFlags: strip,
    minutes: 0.5,
  },
  part("language-nodejs", {
    binaries: { "pulumi-language-nodejs": "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs" },
    linkerFlags: strip,
    minutes: 0.4,
  }),
  part("pulumi", {
    binaries: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    linkerFlags: `${strip} -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pulumiVersion}`,
    minutes: 4.4,
  }),
  part("provider-tls", { binaries: { "pulumi-resource-tls": "." }, linkerFlags: strip, minutes: 2 }),
  part("provider-kubernetes", {
    binaries: { "pulumi-resource-kubernetes": "." },
    linkerFlags: strip,
    minutes: 9.3,
    embedded: {
      module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
      files: [
        { path: "cmd/pulumi-resource-kubernetes/schema.json", version: pluginVersions.kubernetes.slice(1) },
        { path: "cmd/pulumi-resource-kubernetes/terraform-mapping.json" },
      ],
    },
  }),
  part("coredns-1.9.4", { binaries: { "coredns-1.9.4": "." }, linkerFlags: strip, onFirstUse: true, minutes: 1.5 }),
  oldKubernetes("kubernetes-1.16", "v1.16.15", {
    binaries: { "kube-1.16": "." },
    buildTags: "providerless",
    minutes: 5,
  }),
  oldKubernetes("kubernetes-1.14", "v1.14.10", { binaries: { "kube-1.14": "." }, minutes: 5 }),
];

/** @throws RangeError when no part has this name */
export function toolchainPart(name: string): ToolchainPart {
  const found = toolchainParts.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const names = toolchainParts.map((candidate) => candidate.name).join(", ");
  throw new RangeError(`no part of the toolchain is called ${name}; there are ${names}`);
}

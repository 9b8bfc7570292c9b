import { join } from "node:path";

import { repositoryRoot } from "../sandbox-paths.ts";

/** One Go module that is built into the toolchain. */
export interface ToolchainPart {
  name: PartName;
  /** Absolute path of the module: go.mod, a complete go.sum, and a main.go unless a dependency has the main package. */
  folder: string;
  /** File name of each binary -> its Go package. */
  binaries: Readonly<Record<string, string>>;
  linkerFlags: string;
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

export type PartName =
  | "pause"
  | "kubernetes"
  | "coredns"
  | "etcd-operator"
  | "trident-stand-in"
  | "language-nodejs"
  | "pulumi"
  | "provider-tls"
  | "provider-kubernetes";

/** What the sandbox itself runs, its images included. */
export const sandboxParts: readonly PartName[] = [
  "pause",
  "kubernetes",
  "coredns",
  "etcd-operator",
  "trident-stand-in",
];

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
];

/** @throws RangeError when no part has this name */
export function toolchainPart(name: string): ToolchainPart {
  const found = toolchainParts.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const names = toolchainParts.map((candidate) => candidate.name).join(", ");
  throw new RangeError(`no part of the toolchain is called ${name}; there are ${names}`);
}

import { toolchainBinary } from "../toolchain/toolchain.ts";

/** What goes into a locally made image: one layer of files, and how a container of it starts. */
export interface ImageDescription {
  /** The full name under which a cluster would pull it. */
  name: string;
  /** Path in the image -> path of the machine's file, whose libraries come along when it is linked to any. */
  programs: Readonly<Record<string, string>>;
  /** With busybox at /bin/busybox and links to it for its other names, /bin/sh among them. */
  busybox: boolean;
  /** Text files: path in the image -> content. */
  texts: Readonly<Record<string, string>>;
  /** Users besides root: name -> number. */
  users: Readonly<Record<string, number>>;
  /** The user that a container runs as. */
  user?: string;
  command: readonly string[];
  labels: Readonly<Record<string, string>>;
}

/**
 * Every image that the sandbox knows. Nothing can be pulled in it, so whatever a test runs is listed here.
 * @param machineProgram finds a program of the machine, such as `etcd`
 * @throws ToolchainMissingError
 */
export function imageTable(machineProgram: (name: string) => string): ImageDescription[] {
  const etcdPrograms = {
    "/usr/local/bin/etcd": machineProgram("etcd"),
    "/usr/local/bin/etcdctl": machineProgram("etcdctl"),
  };
  const etcd = (tag: string) =>
    image(`quay.io/coreos/etcd:${tag}`, {
      programs: etcdPrograms,
      busybox: true,
      command: ["/usr/local/bin/etcd"],
      ...standIn(
        `This image holds the machine's own etcd (Debian's 3.4.23), not ${tag}: that one cannot be pulled here.`,
      ),
    });
  return [
    image("registry.k8s.io/pause:3.10", {
      programs: { "/pause": toolchainBinary("pause") },
      command: ["/pause"],
      ...standIn("A pause program of the sandbox: it waits, and reaps orphans."),
    }),
    etcd("v3.4.14"),
    etcd("v3.4.22"),
    image("docker.io/library/busybox:1.28.0-glibc", {
      busybox: true,
      command: ["sh"],
      ...standIn("This image holds the machine's own busybox (Debian's 1.35), not 1.28."),
    }),
    image("quay.io/coreos/etcd-operator:v0.9.4", {
      programs: { "/usr/local/bin/etcd-operator": toolchainBinary("etcd-operator") },
      busybox: true,
      // The published image names its user without a number as well.
      users: { "etcd-operator": 1000 },
      user: "etcd-operator",
      command: ["etcd-operator"],
    }),
    image("docker.io/netapp/trident:19.04.0", {
      programs: {
        "/usr/local/bin/trident_orchestrator": toolchainBinary("trident_orchestrator"),
        "/usr/local/bin/tridentctl": toolchainBinary("tridentctl"),
      },
      busybox: true,
      command: ["/usr/local/bin/trident_orchestrator"],
      ...standIn(
        "A stand-in for NetApp Trident 19.04: it reads Trident's state from etcd and answers as Trident does.",
      ),
    }),
  ];
}

function image(name: string, rest: Partial<Omit<ImageDescription, "name">>): ImageDescription {
  return { name, programs: {}, busybox: false, texts: {}, users: {}, command: [], labels: {}, ...rest };
}

/** Says in the image itself that it is not what its name says. */
function standIn(what: string): Pick<ImageDescription, "labels" | "texts"> {
  return { labels: { "stand-in": what }, texts: { "/etc/stand-in": `${what}\n` } };
}

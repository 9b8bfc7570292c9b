import type { PullPolicy } from "@trident-etcd/migration/kubernetes/pod-settings.ts";

// Each of these answers with the value, or raises an Error that says how to write it.

/** Source of the limits: the operator's probes run /bin/sh in the member's image; images became distroless at 3.4.24 and 3.5.7. */
export function etcdVersion(text: string): string {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:@sha256:[0-9a-f]{64})?$/.exec(text);
  if (match === null) {
    throw new Error(
      "write it as three numbers without a leading v, such as 3.4.22, with or without a digest (@sha256:...).",
    );
  }
  const [major = 0, minor = 0, patch = 0] = match.slice(1, 4).map(Number);
  if (major !== 3 || minor < 1) {
    throw new Error(
      "Trident keeps its state through etcd's version 3 interface. Set it to a 3.x version, such as 3.4.22.",
    );
  }
  if (minor > 5 || (minor === 5 && patch >= 7) || (minor === 4 && patch >= 24)) {
    throw new Error(
      "that version's image has no shell, so the etcd-operator's health checks fail and no member ever becomes ready. " +
        "Set it to 3.4.22.",
    );
  }
  // https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.5.md
  if (minor === 5 && patch <= 2) {
    throw new Error(
      "etcd 3.5.0 to 3.5.2 may lose or corrupt what is written when a member ends, and its makers advise against them. Set it to " +
        "3.4.22, or to 3.5.3 to 3.5.6.",
    );
  }
  return text;
}

const repositoryPattern =
  "(?:[a-zA-Z0-9](?:[-a-zA-Z0-9.]*[a-zA-Z0-9])?(?::[0-9]+)?/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*";

export function imageRepository(text: string): string {
  if (!new RegExp(`^${repositoryPattern}$`).test(text)) {
    throw new Error("write a registry and a repository without tag or digest, such as quay.io/coreos/etcd.");
  }
  return text;
}

/** A tag or digest is required: what "latest" is changes under a running installation. */
export function imageReference(text: string): string {
  if (!new RegExp(`^${repositoryPattern}(?::[\\w][\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`).test(text)) {
    throw new Error(
      "it is no image reference. Write it as registry/repository:tag or registry/repository@sha256:digest.",
    );
  }
  if (!/(:[^/]+|@sha256:[0-9a-f]{64})$/.test(text)) {
    throw new Error("it names no version. Add a tag or a digest, such as :19.04.0.");
  }
  return text;
}

/** As an image reference; empty for none. */
export function optionalImage(text: string): string {
  return text === "" ? text : imageReference(text);
}

/** Of a private registry, with or without a folder in it; empty for none. */
export function imageRegistry(text: string): string {
  if (
    text !== "" &&
    !/^[a-zA-Z0-9](?:[-a-zA-Z0-9.]*[a-zA-Z0-9])?(?::[0-9]+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(text)
  ) {
    throw new Error(
      "write a registry's host, with a port and a folder if it has them, such as registry.example.com:5000/mirror.",
    );
  }
  return text;
}

/** Kubernetes' own choice is "". */
export function pullPolicy(text: string): PullPolicy | "" {
  const policy = (["IfNotPresent", "Always", "Never"] as const).find((each) => each === text);
  if (policy === undefined && text !== "") throw new Error("it must be IfNotPresent, Always or Never, or empty.");
  return policy ?? "";
}

/** The same repository and version in another registry, which takes the place of the one that is named, if any is. */
export function fromRegistry(registry: string, reference: string): string {
  if (registry === "") {
    return reference;
  }
  const [host = "", ...rest] = reference.split("/");
  const namesRegistry = rest.length > 0 && (/[.:]/.test(host) || host === "localhost");
  return `${registry}/${namesRegistry ? rest.join("/") : reference}`;
}

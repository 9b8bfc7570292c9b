import { DEFAULT_NAMES, type Action } from "./flags.ts";
import { toDirectory, toName } from "./parse-cluster-job.ts";
import type { GivenFlags } from "./parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** What is to be done with the snapshots on a claim; nothing has been asked yet. */
export type ClaimJob = ClaimListJob | ClaimCheckJob | ClaimFetchJob;

interface NamedClaim {
  readonly namespace: string;
  readonly claim: string;
  /** By whose image the claim is read, unless another one is named. */
  readonly etcdCluster: string;
  readonly image?: string;
  /** A path; as kubectl chooses it where it is absent. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface ClaimListJob extends NamedClaim {
  readonly action: "snapshot list";
}

export interface ClaimCheckJob extends NamedClaim {
  readonly action: "snapshot check";
  /** Names on the claim; all of them where it is empty. */
  readonly files: readonly string[];
}

export interface ClaimFetchJob extends NamedClaim {
  readonly action: "snapshot fetch";
  readonly file: string;
  readonly directory: string;
}

/** Only of a claim. */
const ofClaim = ["image", "etcd-cluster", "kubeconfig", "context"];

/**
 * Undefined for what is about files on this machine.
 *
 * @throws UsageError
 */
export function toClaimJob(action: Action, { values, operands }: GivenFlags): ClaimJob | undefined {
  if (action !== "snapshot list" && action !== "snapshot check" && action !== "snapshot fetch") return undefined;
  const textOf = (name: string): string | undefined => {
    const value = values.get(name);
    return value === true ? undefined : value;
  };
  const claim = textOf("claim");
  if (claim === undefined) {
    if (action === "snapshot fetch") throw new UsageError("--claim is missing: say from which claim with --claim NAME");
    const needless = [...ofClaim, ...(action === "snapshot check" ? ["namespace"] : [])].find((name) =>
      values.has(name),
    );
    if (needless !== undefined) throw new UsageError(`--${needless} is about a claim: name it with --claim NAME`);
    return undefined;
  }
  if (action === "snapshot list" && values.has("directory")) {
    throw new UsageError("--claim and --directory exclude each other: say once where the snapshots are");
  }
  if (values.has("without-checksum")) throw new UsageError("--without-checksum means nothing to snapshots on a claim");
  const [image, kubeconfig, context] = [textOf("image"), textOf("kubeconfig"), textOf("context")];
  const named: NamedClaim = {
    namespace: toName("namespace", textOf("namespace") ?? DEFAULT_NAMES.namespace),
    claim: toName("claim", claim),
    etcdCluster: toName("etcd-cluster", textOf("etcd-cluster") ?? DEFAULT_NAMES.etcdCluster),
    ...(image === undefined ? {} : { image }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...{ json: values.has("json"), quiet: values.has("quiet") },
  };
  switch (action) {
    case "snapshot list":
      return { action, ...named };
    case "snapshot check":
      return { action, ...named, files: [...new Set(operands.map(fileOnClaim))] };
    case "snapshot fetch": {
      const [file, another] = operands;
      if (file === undefined || another !== undefined)
        throw new UsageError("say which file: snapshot fetch --claim NAME FILE");
      return { action, ...named, file: fileOnClaim(file), directory: toDirectory(textOf("directory")) };
    }
  }
}

function fileOnClaim(name: string): string {
  if (name === "" || name.includes("/")) {
    throw new UsageError("name files on the claim without a folder, as `snapshot list --claim NAME` lists them");
  }
  return name;
}

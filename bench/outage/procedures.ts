import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { kubeconfigPath, repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { runVendorProcedure } from "../../sandbox/vendor-procedure/run-vendor-procedure.ts";
import { createTestStack } from "../../test/e2e/pulumi-stack.ts";
import { createEtcdOnly } from "./etcd-only-stack.ts";
import type { ProcedureName } from "./outage-options.ts";

/** A way to an external etcd, for one run on one sandbox. */
export interface Procedure {
  /** What is done beforehand, while the old Trident serves and nobody watches. */
  prepare(): Promise<void>;
  /** All the rest; the copy's own seconds, where they are known. @throws whatever made it fail */
  run(): Promise<{ readonly copySeconds?: number }>;
  cleanUp(): Promise<void>;
}

export interface ProcedureSetting {
  readonly namespace: string;
  /** The directory with the programs of bench/peers. */
  readonly peers: string;
  readonly vendorSeconds: number;
  readonly report: (line: string) => void;
}

/** `pulumi up` ended with an error. */
export class UpFailedError extends Error {
  override readonly name = "UpFailedError";
  constructor(printed: string) {
    super(`pulumi up failed; it printed last:\n${printed.trimEnd().split("\n").slice(-30).join("\n")}`);
  }
}

export function createProcedure(name: ProcedureName, setting: ProcedureSetting): Procedure {
  return name === "ours" ? ourProcedure(setting) : vendorProcedure(setting);
}

/** The whole of `pulumi up`: it makes the etcd cluster too, before the old Trident stops. */
function ourProcedure({ namespace, report }: ProcedureSetting): Procedure {
  const stackName = "e2e-outage";
  let snapshotDirectory: string | undefined;
  let stack: Awaited<ReturnType<typeof createTestStack>> | undefined;
  return {
    async prepare() {
      // A snapshot is kept as by default, which is a part of the outage; only elsewhere.
      snapshotDirectory = await mkdtemp(join(tmpdir(), "outage-snapshots-"));
      // Of a run that was killed; its stack is gone.
      await rm(join(repositoryRoot, `Pulumi.${stackName}.yaml`), { force: true });
      stack = await createTestStack(stackName, { namespace, migrate: "true", snapshotDirectory });
    },
    async run() {
      report("pulumi up, with migrate=true");
      const up = await stack?.up();
      if (up?.succeeded !== true) throw new UpFailedError(up?.printed ?? "");
      return {};
    },
    async cleanUp() {
      await stack?.forget();
      if (snapshotDirectory !== undefined) await rm(snapshotDirectory, { recursive: true, force: true });
    },
  };
}

function vendorProcedure({ namespace, peers, vendorSeconds, report }: ProcedureSetting): Procedure {
  return {
    async prepare() {
      report("creating the etcd cluster, which the vendor's procedure finds there");
      await createEtcdOnly(namespace);
    },
    run: () =>
      // Twice the time that was foreseen: a copy is not to fail for being slower than its pilot.
      runVendorProcedure(
        { kubeconfig: kubeconfigPath, namespace, programs: peers, copyTimeoutSeconds: 2 * vendorSeconds },
        report,
      ),
    cleanUp: () => Promise.resolve(),
  };
}

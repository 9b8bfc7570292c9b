import type { PreflightFindings } from "@trident-etcd/migration/preflight/check-cluster.ts";

/** One paragraph for the person who runs `pulumi preview` or `pulumi up`: what was found, and what follows from it. */
export function describeFindings(findings: PreflightFindings, namespace: string): string {
  switch (findings.state) {
    case "fresh":
      return `Namespace ${namespace} has no Trident: a new one is installed, on an etcd cluster of its own.`;
    case "legacy":
      return [
        `Namespace ${namespace} has a Trident with its embedded etcd, which is migrated:`,
        ...(findings.legacy === undefined ? [] : legacyLines(findings.legacy)),
        "It is stopped when the new etcd cluster is ready, and its state is copied and verified before the new Trident starts.",
        "If that fails, the old Trident is put back. Its volume claim stays in any case.",
      ].join("\n");
    case "interrupted":
      return `An earlier migration in namespace ${namespace} was interrupted: it is taken up where it stopped.`;
    case "migrated":
      return `Namespace ${namespace} was migrated already: nothing is copied again.`;
    case "installed":
      return `Namespace ${namespace} has the Trident of this stack.`;
  }
}

function legacyLines(legacy: NonNullable<PreflightFindings["legacy"]>): string[] {
  const counts = Object.entries(legacy.keysByKind).map(([kind, count]) => `${kind} ${count}`);
  return [
    `  image         ${legacy.image}`,
    `  etcd image    ${legacy.etcdImage}`,
    `  volume claim  ${legacy.pvc}`,
    ...(counts.length > 0 ? [`  state         ${counts.join(", ")}`] : []),
  ];
}

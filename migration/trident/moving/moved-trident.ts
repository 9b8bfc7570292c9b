import type { V1Deployment } from "@kubernetes/client-node";
import { describeAddress, isClientUrlOf, type EtcdAddress } from "../../connect/etcd-address.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import {
  classifyDeployment,
  isMarked,
  standingOf,
  type DeploymentFinding,
  type LegacyTrident,
} from "../legacy/legacy-trident.ts";
import { etcdUrlOf } from "../new/etcd-url.ts";
import { newTridentPods } from "../new/new-trident.ts";

/** Which way Trident is moved. */
export interface Move {
  readonly source: EtcdAddress;
  readonly destination: EtcdAddress;
}

/**
 * What stands under the name of this program's Deployment, for a move: `legacy` while Trident's state is in the source, also where
 * a run has left it stopped or a new one started in its place; `ours` once it runs on the destination for good.
 *
 * @param record of the move.
 */
export function classifyMoved(
  deployment: V1Deployment,
  { source, destination }: Move,
  record: Pick<MigrationRecord, "legacyDeployment"> | undefined,
): DeploymentFinding {
  const found = classifyDeployment(deployment, "");
  if (found.kind !== "ours") return { kind: "foreign", why: "this program has not made it" };
  const url = etcdUrlOf(deployment.spec?.template.spec) ?? "";
  if (isClientUrlOf(source, url)) return { kind: "legacy", legacy: movedTrident(deployment, source) };
  if (!isClientUrlOf(destination, url)) {
    const [from, to] = [describeAddress(source), describeAddress(destination)];
    return { kind: "foreign", why: `it is on the etcd at ${url}, which is neither ${from} nor ${to}` };
  }
  const saved = isMarked(deployment) ? savedDeployment(record) : undefined;
  if (saved === undefined) return { kind: "ours" };
  const { uid = "" } = deployment.metadata ?? {};
  // Where it came from, nothing of it runs.
  return { kind: "legacy", legacy: { ...movedTrident(saved, source), uid, replicas: 0, stoppedByMigration: true } };
}

/** As it was before the move; undefined when the record does not tell. */
export function savedDeployment(
  record: Pick<MigrationRecord, "legacyDeployment"> | undefined,
): V1Deployment | undefined {
  try {
    const saved = JSON.parse(record?.legacyDeployment ?? "") as Partial<V1Deployment> | null;
    return saved?.spec === undefined ? undefined : (saved as V1Deployment);
  } catch {
    return undefined;
  }
}

function movedTrident(deployment: V1Deployment, address: EtcdAddress): LegacyTrident {
  const { selector = {}, template = {} } = deployment.spec ?? {};
  return {
    ...standingOf(deployment),
    selector: newTridentPods({ selector }),
    template,
    tridentImage: template.spec?.containers[0]?.image ?? "",
    ...{ etcdContainer: { name: "" }, etcdImage: "", claim: "", clientPort: 0 },
    externalEtcd: { address, called: describeAddress(address) },
  };
}

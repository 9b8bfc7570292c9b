import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../record/migration-record.ts";
import { newTridentManifest, type NewTridentSpec } from "../trident/new/new-trident.ts";
import { waitUntilItServes } from "../trident/new/wait-until-it-serves.ts";
import { handOverNewTrident, stopNewTrident } from "../trident/new/withdraw-new-trident.ts";

/** The record does not say how the new Trident ran, and nobody else does. */
export class NewTridentUnknownError extends Error {
  override readonly name = "NewTridentUnknownError";

  constructor(record: MigrationRecord) {
    super(
      `ConfigMap ${record.name} in namespace ${record.namespace} does not say how the new Trident ran (key newTrident)`,
    );
  }
}

/**
 * Starts the new Trident as it ran before the rollback, waits until it serves, and leaves its pods to the Deployment that the
 * stack makes next. The new etcd's state is its own, so what it writes there is never discarded; one that does not come to
 * serve in time is left running, since nothing else can.
 */
export async function startNewTridentAgain(
  cluster: ClusterClient,
  record: MigrationRecord,
  options: { readonly timeoutSeconds: number; readonly spec: NewTridentSpec | undefined },
): Promise<void> {
  const { namespace } = record;
  const { timeoutSeconds } = options;
  const spec = recordedSpec(record) ?? options.spec;
  if (spec === undefined) throw new NewTridentUnknownError(record);
  await stopNewTrident(cluster, { namespace, timeoutSeconds });
  await cluster.requestJson({
    method: "POST",
    path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    body: newTridentManifest(namespace, spec),
  });
  // It answers only once it has read its state; there is no copy to compare that with.
  const expected = { backends: 0, volumes: 0, storageClasses: 0 };
  await waitUntilItServes(cluster, { namespace, spec, expected, timeoutSeconds });
  await handOverNewTrident(cluster, { namespace, timeoutSeconds });
}

function recordedSpec(record: MigrationRecord): NewTridentSpec | undefined {
  if (record.newTrident === undefined) return undefined;
  try {
    const spec = JSON.parse(record.newTrident) as Partial<NewTridentSpec> | null;
    if (spec?.template !== undefined) return spec as NewTridentSpec;
  } catch {
    // Said below.
  }
  throw new MigrationRecordInvalidError(record.namespace, record.name, "newTrident");
}

import { change } from "../../wording/change.ts";
import type { V1Deployment } from "@kubernetes/client-node";
import type { KeyRange, KeyValueStore } from "../../copy/store/key-value-store.ts";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { withoutFullStop } from "../../kubernetes/errors.ts";
import type { Patience } from "../../kubernetes/wait-until.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../../record/migration-record.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { describeLengths, expectedLists, type ListLengths } from "../rest/expected-lists.ts";
import { waitUntilItLists } from "../rest/wait-until-it-lists.ts";
import { troubleOfDeployment } from "../rest/trident-trouble.ts";
import { findNewTrident, newTridentManifest, newTridentPods, type NewTridentSpec } from "./new-trident.ts";
import { handOverNewTrident, stopNewTrident } from "./withdraw-new-trident.ts";

/** The new Trident does not serve the state that was copied for it. */
export class NewTridentNotServingError extends Error {
  override readonly name = "NewTridentNotServingError";

  constructor(options: {
    readonly namespace: string;
    readonly image: string;
    readonly expected: ListLengths;
    /** What it listed last; undefined when it never answered. */
    readonly found: ListLengths | undefined;
    readonly reason: string;
    /** Without secrets. */
    readonly log: readonly string[];
  }) {
    const { namespace, image, expected, found, log } = options;
    const listed = found === undefined ? "it never listed any" : `it listed ${describeLengths(found)}`;
    const lastWords =
      log.length === 0
        ? "It logged nothing."
        : `The last lines of its log:\n${log.map((line) => `    ${line}`).join("\n")}\n`;
    super(
      `The new Trident (${image}) in namespace ${namespace} does not serve the state that was copied: ` +
        `${withoutFullStop(options.reason)}. It was to list ${describeLengths(expected)}; ${listed}. ${lastWords}` +
        `Put right what that says (another image: \`${change({ tridentImage: "IMAGE" })}\`; a longer wait: \`${change({ timeoutSeconds: "SECONDS" })}\`) and run ` +
        `\`pulumi up\` again.`,
    );
  }
}

/** The record does not say how the new Trident ran, and nobody else does. */
export class NewTridentUnknownError extends Error {
  override readonly name = "NewTridentUnknownError";

  constructor(record: MigrationRecord) {
    super(
      `ConfigMap ${record.name} in namespace ${record.namespace} does not say how the new Trident ran (key newTrident)`,
    );
  }
}

/** The verified copy that the new Trident is to serve. */
export interface CopiedState {
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** The destination's revision that was verified. */
  readonly revision: bigint;
}

export interface NewTrident extends Patience {
  readonly namespace: string;
  readonly spec: NewTridentSpec;
}

/**
 * Starts the new Trident while the legacy one is stopped and nothing of it deleted, and waits until it serves what was copied.
 * Answers with when it first listed all of that. One that does not come to serve is left for the caller to take back.
 *
 * @throws NewTridentNotServingError
 */
export async function startNewTrident(cluster: ClusterClient, trident: NewTrident, copied: CopiedState): Promise<Date> {
  const { namespace, spec } = trident;
  await create(cluster, namespace, newTridentManifest(namespace, spec, copied.revision));
  return waitUntilItServes(cluster, trident, await expectedLists(copied));
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
  await create(cluster, namespace, newTridentManifest(namespace, spec));
  // It answers only once it has read its state; there is no copy to compare that with.
  const expected = { backends: 0, volumes: 0, storageClasses: 0 };
  await waitUntilItServes(cluster, { namespace, spec, timeoutSeconds }, expected);
  await handOverNewTrident(cluster, { namespace, timeoutSeconds });
}

async function create(cluster: ClusterClient, namespace: string, body: V1Deployment): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await cluster.requestJson({ method: "POST", path, body });
}

/** Raises NewTridentNotServingError, with the end of its log, or the reason of the interruption. Answers as waitUntilItLists. */
export async function waitUntilItServes(
  cluster: ClusterClient,
  trident: NewTrident,
  expected: ListLengths,
  whyNoPod = async () => troubleOfDeployment(await findNewTrident(cluster, trident.namespace)),
): Promise<Date> {
  const { namespace, spec, timeoutSeconds, interruption } = trident;
  const image = spec.template.spec?.containers[0]?.image ?? "unknown image";
  return waitUntilItLists(cluster, {
    ...{ namespace, expected, timeoutSeconds, interruption },
    called: "the new Trident",
    selector: newTridentPods(spec),
    whyNoPod,
    tooLittle: () => "part of it is missing",
    failure: ({ reason, ...seen }) =>
      new NewTridentNotServingError({ namespace, image, expected, reason: describeFailure(reason), ...seen }),
  });
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

import { etcdAddress, type GivenAddress } from "../connect/etcd-address.ts";
import type { MigrationRequest, MigrationResult } from "../migrate/migrate-trident-state.ts";
import { inSettings } from "../wording/in-settings.ts";
import { watchEngineCancellation } from "./engine-cancellation.ts";
import { requestOf, type InputsOf } from "./request-inputs.ts";

export { read, update } from "./made-once.ts";

export interface MoveInputs extends InputsOf<Omit<MigrationRequest, "source" | "legacyEtcdContainer" | "legacyClaim">> {
  /** The cluster id of the etcd that Trident's state is moved from, decimal. */
  readonly from: string;
  /** Where that is; absent once the move is done, when Trident does not name it any more. */
  readonly source?: GivenAddress;
}

export type MoveOutputs = MoveInputs & MigrationResult;

/**
 * A move as a Pulumi dynamic provider's functions, without Pulumi. Progress lines go to the standard output. Once Pulumi is told to stop,
 * by ^C, it is taken back, unless Trident serves on the other etcd already.
 *
 * @throws Error with the message of what migrateTridentState raised; nothing else of it, since Pulumi takes an error that has an
 *   `id` for a resource that was created.
 */
export async function create(inputs: MoveInputs): Promise<{ id: string; outs: MoveOutputs }> {
  const cancellation = watchEngineCancellation(() => {
    report(interrupted);
  });
  // Only here: a preview, and an up that changes nothing, have no use for it, and it takes long to load.
  const { migrateTridentState } = await import("../migrate/migrate-trident-state.ts");
  try {
    const result = await migrateTridentState(moveRequest(inputs), report, cancellation.signal);
    return { id: idOf(inputs), outs: { ...inputs, ...result } };
  } catch (error) {
    throw new Error(inSettings(error instanceof Error ? error.message : String(error)), { cause: error });
  } finally {
    cancellation.stop();
  }
}

const interrupted =
  "Interrupted: the move is being taken back, unless Trident serves on the other etcd already. Another ^C leaves all as it is at " +
  "that moment, for the next `pulumi up` to put right.";

export function check(
  _olds: unknown,
  news: MoveInputs,
): Promise<{ inputs: MoveInputs; failures: { property: string; reason: string }[] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

/** A move that is done is never repeated; one from another etcd is another move. */
export function diff(
  _id: string,
  olds: MoveInputs,
  news: MoveInputs,
): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
  const isAnother = olds.from !== news.from;
  return Promise.resolve({ changes: isAnother, replaces: isAnother ? ["from"] : [], deleteBeforeReplace: isAnother });
}

/** Pulumi's `delete`, under a name that the language allows: Trident stays where it is. */
export function remove(): Promise<void> {
  return Promise.resolve();
}

function idOf({ namespace, from }: MoveInputs): string {
  return `${namespace}/${from}`;
}

function moveRequest({ from, source, ...inputs }: MoveInputs): MigrationRequest {
  const request = requestOf(inputs);
  // One that is done is known by its record, and nothing is asked of where it came from.
  const address = etcdAddress(source ?? { namespace: inputs.namespace, endpoints: [] });
  return { ...request, legacyEtcdContainer: "", source: { address, clusterId: from } };
}

function report(line: string): void {
  console.log(inSettings(line));
}

import { StoreError } from "../copy/store/store-error.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { LeaseLostError } from "./held-lease.ts";
import type { MigrationLease } from "./held-lease.ts";

/** A Lease is taken over only after a longer silence than that. */
const freshMilliseconds = 1000;

/** The store, which takes no write any more once the Lease is lost. Before keys are deleted, the API server is asked. */
export function fencedStore(store: OpenStore, lease: MigrationLease): OpenStore {
  // Where a store can't do one of these, neither can this.
  const createRun = store.createRun?.bind(store);
  return {
    description: store.description,
    status: () => store.status(),
    range: (request) => store.range(request),
    createAll: async (entries) => {
      lease.throwIfLost();
      return store.createAll(entries);
    },
    ...optional("allowsRuns", store.allowsRuns?.bind(store)),
    ...(createRun === undefined
      ? {}
      : {
          createRun: async (entries) => {
            lease.throwIfLost();
            return createRun(entries);
          },
        }),
    deleteUnchanged: async (keys) => {
      await confirm(lease);
      return store.deleteUnchanged(keys);
    },
    ...optional("memberHashes", store.memberHashes?.bind(store)),
    snapshot: () => store.snapshot(),
    disconnect: () => {
      store.disconnect();
    },
    close: () => store.close(),
  };
}

function optional<Name extends string, Call>(name: Name, call: Call | undefined): Partial<Record<Name, Call>> {
  return call === undefined ? {} : ({ [name]: call } as Record<Name, Call>);
}

/** An API server that is away for a moment is worth another try, as is an etcd. */
async function confirm(lease: MigrationLease): Promise<void> {
  lease.throwIfLost();
  try {
    await lease.confirm?.(freshMilliseconds);
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    throw new StoreError("transient", `the Lease can't be confirmed: ${describeFailure(error)}`, { cause: error });
  }
}

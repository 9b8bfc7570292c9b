import { clusterAdapter } from "../../../migration/trident/port/cluster-adapter.ts";
import { keyPrefix, prefixRange } from "../../../migration/copy/store/key-range.ts";
import type { EtcdTls } from "../../../migration/etcd/etcd-target.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import type { TridentNames } from "../../../migration/trident/state/check-state.ts";
import { openForwardedStore } from "../../../migration/connect/open-store.ts";

/** What the parent tells this process, as JSON on the standard input. */
export interface MigrationProcessInput {
  readonly kubeconfig: string;
  readonly snapshotDirectory: string;
  readonly leaseSeconds: number;
  readonly source: EtcdAccess;
  readonly destination: EtcdAccess;
}

export interface EtcdAccess {
  readonly port: number;
  readonly serverName: string;
  readonly certificateAuthority: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** A migration in a process of its own, to be killed: real etcds, a Kubernetes API, and no pods. */
async function migrate(input: MigrationProcessInput): Promise<void> {
  const cluster = clusterAdapter({
    cluster: { kubeconfig: input.kubeconfig },
    namespace: "trident",
    legacyDeployment: "trident",
    legacyEtcdContainer: "etcd",
    destination: {
      kind: "managed" as const,
      namespace: "trident",
      etcdCluster: "trident-etcd",
      clientSecret: "etcd-client-tls",
    },
    record: "trident-etcd-migration",
    prefix: keyPrefix("/trident/"),
    timeoutSeconds: 10,
    snapshotDirectory: input.snapshotDirectory,
    leaseSeconds: input.leaseSeconds,
  });
  const nothing = () => Promise.resolve();
  const withoutPods = {
    ...cluster,
    checkClaim: nothing,
    checkLegacyImage: nothing,
    openDestination: () => Promise.resolve(opened("the new etcd", input.destination)),
    openLiveSource: () => Promise.resolve(opened("the embedded etcd", input.source)),
    askLegacy: async () => ({ kind: "names" as const, names: await namesIn(input.source) }),
    openStoppedSource: () => Promise.resolve(opened("the embedded etcd, alone", input.source)),
    startNewTrident: () => Promise.resolve(undefined),
    withdrawNewTrident: nothing,
    handOverNewTrident: nothing,
  };
  await runMigration(withoutPods, (line) => {
    console.log(line);
  });
}

function opened(description: string, { port, ...tls }: EtcdAccess) {
  const material: EtcdTls = {
    certificateAuthority: Buffer.from(tls.certificateAuthority),
    certificate: Buffer.from(tls.certificate),
    privateKey: Buffer.from(tls.privateKey),
    serverName: tls.serverName,
  };
  const forward = { host: "127.0.0.1" as const, port, lastFailure: () => undefined, close: () => Promise.resolve() };
  return openForwardedStore(description, forward, material);
}

/** What a Trident on that etcd would list. */
async function namesIn(source: EtcdAccess): Promise<TridentNames> {
  const store = opened("the embedded etcd", source);
  try {
    const prefix = "/trident/v1/volume/";
    const { entries } = await store.range({ ...prefixRange(prefix), keysOnly: true });
    const volumes = entries.map(({ key }) => key.toString("utf8").slice(prefix.length));
    return { backends: [], volumes, storageClasses: [] };
  } finally {
    await store.close();
  }
}

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
await migrate(JSON.parse(Buffer.concat(chunks).toString()) as MigrationProcessInput);

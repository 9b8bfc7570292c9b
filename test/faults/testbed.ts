import { startCluster, type ClusterOptions, type ClusterTarget, type EtcdCluster } from "../etcd-cluster.ts";
import { startTcpProxy, type TcpProxy } from "../tcp-proxy.ts";
import { Copier } from "./copier-process.ts";
import { EtcdGateway } from "./etcd-gateway.ts";

/** An etcd, the proxies that the copier has to go through (one a member), and the way around them. */
export interface Side {
  readonly cluster: EtcdCluster;
  readonly proxies: readonly TcpProxy[];
  readonly gateway: EtcdGateway;
  /** By way of the proxies. */
  readonly target: ClusterTarget;
  readonly stop: () => Promise<void>;
}

/** What all schedules share: starting etcds anew for each would take most of the time. */
export interface Testbed {
  readonly source: Side;
  readonly destinations: { readonly single: Side; readonly cluster: Side };
  readonly copier: Copier;
  readonly stop: () => Promise<void>;
}

export async function startTestbed(): Promise<Testbed> {
  const sides: Side[] = [];
  const copier = new Copier();
  const stop = async () => {
    await copier.stop();
    await Promise.all(sides.map((side) => side.stop()));
  };
  const start = async (options: ClusterOptions) => {
    const side = await startSide(options);
    sides.push(side);
    return side;
  };
  try {
    const source = await start({ size: 1 });
    const single = await start({ size: 1 });
    const cluster = await start({ size: 3 });
    return { source, destinations: { single, cluster }, copier, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function startSide(options: ClusterOptions): Promise<Side> {
  const cluster = await startCluster(options);
  const proxies = await Promise.all(cluster.members.map(({ port }) => startTcpProxy(port)));
  return {
    cluster,
    proxies,
    gateway: new EtcdGateway(cluster),
    target: cluster.target(proxies),
    async stop() {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await cluster.stop();
    },
  };
}

/**
 * How many nodes the directory of that name has in etcd's v2 store: where a Trident before 18.01 keeps its state. Only
 * names are counted. An etcd without a v2 interface (since 3.4) has none.
 */
export async function countEtcdv2Nodes(
  address: { readonly host: string; readonly port: number },
  directory: string,
): Promise<number> {
  const url = `http://${address.host}:${address.port}/v2/keys/${directory}?recursive=true`;
  const headers = { connection: "close" };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) {
    await response.body?.cancel();
    return 0;
  }
  const { node } = (await response.json()) as { node?: Etcdv2Node };
  return node === undefined ? 0 : countLeaves(node);
}

interface Etcdv2Node {
  readonly dir?: boolean;
  readonly nodes?: readonly Etcdv2Node[];
}

function countLeaves(node: Etcdv2Node): number {
  if (node.dir !== true) return 1;
  return (node.nodes ?? []).reduce((sum, each) => sum + countLeaves(each), 0);
}

import { change } from "../wording/change.ts";
import { describeOtherCluster, wayToOwnCluster } from "../kubernetes/own-cluster.ts";

/** Who a stack is and where it is at home. Its names may change; its uid, its cluster and its namespace do not. */
export interface Identity {
  /** As its objects are annotated: `ORGANIZATION/PROJECT/STACK`. */
  readonly stack: string;
  readonly stackUid: string;
  /** `"context" (https://server)`, as the kubeconfig calls it. */
  readonly cluster: string;
  /** Of its namespace kube-system. */
  readonly clusterUid: string;
  readonly namespace: string;
}

/** What a run is about to act on, as the plan found it. */
export interface World extends Omit<Identity, "stackUid"> {
  /** Of the stacks that the objects there were made by, as far as they say so. */
  readonly foundStackUids: readonly string[];
  /** Whether any object of this program is there, of whatever stack. */
  readonly foundObjects: boolean;
  /** Whether the user has said that what is there is this stack's from now on. */
  readonly takeOver: boolean;
  /** Whether the stack would generate certificates: its etcd is its own, and the user brings none. */
  readonly generatesCertificates: boolean;
}

/**
 * Why the stack must not act there, each reason with the way out; empty when it may. `own` is undefined for a stack that was never
 * here before, or whose Pulumi state was lost.
 */
export function checkIdentity(own: Identity | undefined, world: World): string[] {
  if (own !== undefined && own.clusterUid !== world.clusterUid) return [otherCluster(own, world)];
  if (own !== undefined && own.namespace !== world.namespace) return [otherNamespace(own, world)];
  const others = world.foundStackUids.filter((uid) => uid !== own?.stackUid);
  if (!world.takeOver) {
    if (others.length === 0) return [];
    return [own === undefined ? lostState(world, others) : takenOver(own, world, others)];
  }
  const isTakeOver = others.length > 0 || (own === undefined && world.foundObjects);
  return isTakeOver && world.generatesCertificates ? [keysLost(world)] : [];
}

function otherCluster(own: Identity, world: World): string {
  const named = ({ cluster: description, clusterUid: uid }: Pick<Identity, "cluster" | "clusterUid">) => ({
    description,
    uid,
  });
  return `${describeOtherCluster(named(own), named(world))} Nothing was changed. ${wayToOwnCluster}`;
}

function otherNamespace(own: Identity, { namespace }: World): string {
  return (
    `This stack is at home in namespace ${own.namespace} of cluster ${own.cluster}, and namespace ${namespace} is named now. Its etcd ` +
    `and its Trident do not move with it: they would be deleted there, and empty ones be made here. Nothing was changed. To ` +
    `stay, \`${change({ namespace: own.namespace })}\`. To leave ${own.namespace} for good, do that, ` +
    `\`pulumi destroy\`, and \`${change({ namespace })}\` then.`
  );
}

function lostState(world: World, others: readonly string[]): string {
  return (
    `Namespace ${world.namespace} of cluster ${world.cluster} has the objects of a stack (uid ${others.join(", ")}) that Pulumi's state ` +
    `here knows nothing of: that state was lost, or they are of a stack of the same name (${world.stack}) in another backend. This stack ` +
    `would make a second certificate authority and later delete what is not its own. Nothing was changed. Choose the backend that has the ` +
    `state (\`pulumi login URL\`), or bring the state back from a copy (\`pulumi stack import --file FILE\`). If it is lost for good, ` +
    `this stack can take over what is there: \`${change({ takeOver: true })}\` (docs/taking-over.md).`
  );
}

function takenOver(own: Identity, world: World, others: readonly string[]): string {
  return (
    `Another stack (uid ${others.join(", ")}) has taken over what this one (uid ${own.stackUid}) had made in namespace ` +
    `${world.namespace} of cluster ${world.cluster}. Nothing was changed. Go on with the other stack, and have Pulumi forget this ` +
    `one, whose objects are no longer its own: \`pulumi stack rm --force\`. To take them back, ` +
    `\`${change({ takeOver: true })}\` (docs/taking-over.md).`
  );
}

function keysLost({ namespace, cluster }: World): string {
  return [
    `To take over what is in namespace ${namespace} of cluster ${cluster}, this stack needs the certificates that run there: the key of ` +
      `the CA that signed them is not in the cluster, it was in the Pulumi state that is lost, and members would not know one with a ` +
      `certificate of another CA. Nothing was changed. In the program's folder, write them into another one and name it:`,
    ...commandsToBringCertificates(namespace),
    `Then run the same again. How they are renewed one day is in docs/taking-over.md.`,
  ].join("\n");
}

/** The folder that the commands make, in the one they are run in. */
export const runningCertificates = "running-certificates";

/** The Secrets of the stack's own etcd, with the files that each holds: in a folder they have the same names. */
const secrets = {
  "etcd-server-tls": ["server.crt", "server.key", "server-ca.crt"],
  "etcd-peer-tls": ["peer.crt", "peer.key", "peer-ca.crt"],
  "etcd-client-tls": ["etcd-client.crt", "etcd-client.key", "etcd-client-ca.crt"],
};

/** For a shell: writes the certificates that run in the cluster into a folder that is then named. */
export function commandsToBringCertificates(namespace: string): string[] {
  return [
    `umask 077; mkdir -p ${runningCertificates}`,
    ...Object.entries(secrets).map(
      ([secret, files]) =>
        `for file in ${files.join(" ")}; do kubectl --namespace ${namespace} get secret ${secret} ` +
        `--output go-template="{{index .data \\"$file\\" | base64decode}}" > ${runningCertificates}/$file; done`,
    ),
    change({ certificateDirectory: runningCertificates }),
  ];
}

import * as pulumi from "@pulumi/pulumi";
import type { ExistingEtcdAddress } from "@trident-etcd/migration/connect/etcd-address.ts";
import type { ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import type { Platform } from "@trident-etcd/migration/kubernetes/detect-platform.ts";
import type { PodsDependOn, StackPods } from "@trident-etcd/migration/plan/stack-pods.ts";

import { etcdClusterSpec } from "../components/etcd/etcd-cluster.ts";
import { etcdOperatorSpec } from "../components/etcd/etcd-operator.ts";
import { tridentSpec } from "../components/trident/trident.ts";
import { clientSecrets } from "./client-secrets.ts";
import { etcdPodSettings } from "./managed-etcd.ts";
import { podsOf } from "./pods.ts";
import type { Settings } from "./settings/settings.ts";

interface Surroundings {
  readonly etcdName: string;
  readonly existing: ExistingEtcdAddress | undefined;
  readonly platform: Platform;
}

/** What the stack's pods will be like, made by the same functions as those; what is known only later is a word here. */
export async function stackPods(
  settings: Settings,
  { etcdName, existing, platform }: Surroundings,
  { carried, apis }: PodsDependOn,
): Promise<StackPods> {
  const hasTls = existing === undefined || existing.clientSecret !== undefined;
  const trident = tridentSpec({
    serviceAccountName: "trident-external-etcd",
    serviceAccountUid: later,
    image: settings.tridentImage,
    debug: settings.tridentDebug,
    etcdClientEndpoint: existing?.endpoints[0] ?? `https://${etcdName}-client:2379`,
    ...(hasTls ? { clientSecretName: clientSecrets(settings).clientSecret } : {}),
    clientCertificateVersion: later,
    pod: podsOf(settings, carried).trident,
    apis,
  });
  const own = existing === undefined ? ownEtcdPods(settings, etcdName, platform, apis) : {};
  const { helper } = podsOf(settings);
  const ofTrident = settings.trident ? { trident: trident.template } : {};
  return plain(pulumi.output({ ...ofTrident, ...own, helper, platform })) as Promise<unknown> as Promise<StackPods>;
}

const later = "later";

function ownEtcdPods(settings: Settings, clusterName: string, platform: Platform, apis: ClusterApis) {
  const { operatorImage: image, ...pods } = etcdPodSettings(settings, platform);
  const { operator, members } = podsOf(settings);
  const tls = {
    clientSecretName: clientSecrets(settings).clientSecret,
    serverSecretName: "etcd-server-tls",
    peerSecretName: "etcd-peer-tls",
  };
  const runsAs = { serviceAccountName: "etcd-operator", serviceAccountUid: later };
  return {
    operator: etcdOperatorSpec({ ...pods, image, pod: operator, clientCertificateVersion: later, apis }, runsAs)
      .template,
    members: etcdClusterSpec({ ...pods, memberPod: members, clusterName, tls }),
  };
}

/** Nothing in it comes from a resource, so all of it is known, in a preview as well. */
function plain<Value>(value: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => value.apply(resolve));
}

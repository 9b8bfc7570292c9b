import * as kubernetes from "@pulumi/kubernetes";
import type { ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { inputOf } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { gatewayPod } from "@trident-etcd/migration/connect/gateway-pod.ts";
import { pullPod } from "@trident-etcd/migration/kubernetes/images/pull-pod.ts";
import {
  copiedClaimPod,
  imageCheckPod,
  sourcePod,
} from "@trident-etcd/migration/trident/legacy-etcd/legacy-pod-template.ts";
import { newTridentManifest } from "@trident-etcd/migration/trident/new/new-trident.ts";
import type { V1DeploymentSpec } from "@kubernetes/client-node";

import { StackRecord } from "../../components/stack/stack-record.ts";
import { TridentAccount } from "../../components/trident/trident-account.ts";
import { Trident } from "../../components/trident/trident.ts";
import { clientSecrets } from "../../program/client-secrets.ts";
import { useExistingEtcd, existingEtcdAddress } from "../../program/existing-etcd.ts";
import { createManagedEtcd } from "../../program/managed-etcd.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import { record, revealed } from "../components/registrations.ts";
import { legacyTrident } from "../migration/trident/legacy/legacy-deployment.ts";
import type { SentObject } from "./check-object.ts";

/** All that the program registers for such a cluster, with an etcd of the stack's own or another, and all that a run makes besides. */
export async function objectsMade(apis: ClusterApis): Promise<SentObject[]> {
  const registered = await registeredObjects(apis);
  return [...registered, ...helpers(apis, registered)];
}

async function registeredObjects(apis: ClusterApis): Promise<SentObject[]> {
  const registered = await record(false, () => {
    const provider = new kubernetes.Provider("cluster", {});
    const onCluster = { providers: { kubernetes: provider } };
    new StackRecord("record", { namespace: "trident", record: "trident-etcd-migration" }, onCluster);
    const access = { clusterUid: "u" };
    createManagedEtcd("trident-etcd", checkSettings({}), {
      ...{ platform: "kubernetes", certificates: undefined, crd: "own", apis, access, record: "r", onCluster },
    });
    const settings = checkSettings({
      existingEtcdEndpoints: "https://etcd.example.com:2379",
      existingEtcdUsername: "trident",
      existingEtcdPassword: "word",
      existingEtcdCaFile: "ca.crt",
      existingEtcdCertificateFile: "client.crt",
      existingEtcdKeyFile: "client.key",
    });
    const address = existingEtcdAddress(settings);
    if (address === undefined) throw new Error("no existing etcd");
    useExistingEtcd(
      address,
      clientSecrets(settings),
      { credentials: { username: "trident", password: "word" } },
      onCluster,
    );
    const constraint = { securityContextConstraint: "anyuid" };
    const account = new TridentAccount("account", { namespace: "trident", ...constraint }, onCluster);
    const { serviceAccountName } = account;
    const trident = { etcdClientEndpoint: "https://e:2379", clientSecretName: "s", clientCertificateVersion: "1" };
    new Trident("trident", { ...trident, serviceAccountName, namespace: "trident", ...inputOf(apis) }, onCluster);
  });
  const objects = registered.all.filter(({ type }) => type.startsWith("kubernetes:") && !type.endsWith(":EtcdCluster"));
  return objects.map(({ inputs }) => revealed(inputs) as SentObject);
}

function helpers(apis: ClusterApis, registered: readonly SentObject[]): SentObject[] {
  const owner = { name: "trident-etcd-migration", uid: "u" };
  const legacy = legacyTrident();
  const trident = registered.find(
    ({ kind, spec }) => kind === "Deployment" && JSON.stringify(spec).includes("trident-main"),
  );
  const newTrident = newTridentManifest("trident", trident?.spec as V1DeploymentSpec, 7n);
  const endpoints = [{ host: "etcd.example.com", port: 2379 }];
  const pods = newTrident.spec?.template.spec ?? {};
  const made: object[] = [
    newTrident,
    sourcePod(legacy, owner),
    imageCheckPod(legacy, owner),
    copiedClaimPod(legacy, owner, { etcd: "etcd:1", copy: "busybox:1" }),
    gatewayPod({ name: "g", namespace: "trident", image: "etcd:1", endpoints, platform: "kubernetes", apis }),
    pullPod({ namespace: "trident", name: "p", pods, owner }, "kubernetes", apis),
  ];
  return made as SentObject[];
}

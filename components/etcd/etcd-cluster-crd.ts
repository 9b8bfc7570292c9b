import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { stackAnnotation, stackUidAnnotation } from "@trident-etcd/migration/kubernetes/ownership.ts";

import { objectLabels } from "../labels.ts";

export const etcdClusterKind = "EtcdCluster";
export const crdName = "etcdclusters.etcd.database.coreos.com";

type Schema = kubernetes.types.input.apiextensions.v1.JSONSchemaProps;

const text: Schema = { type: "string" };
const texts: Schema = { type: "array", items: text };
const integer: Schema = { type: "integer" };
const textMap: Schema = { type: "object", additionalProperties: text };
const quantityMap: Schema = {
  type: "object",
  additionalProperties: { anyOf: [{ type: "integer" }, { type: "string" }], x_kubernetes_int_or_string: true },
};
// Kubernetes' own types, whose full schemas run to thousands of lines; the API server checks them again in each member's pod.
const kubernetesObject: Schema = { type: "object", x_kubernetes_preserve_unknown_fields: true };
const kubernetesObjects: Schema = { type: "array", items: kubernetesObject };

/** Removed only by a CrdRemoval: Pulumi never deletes it, nor where its form changes with the cluster's version. */
export function createCrd(name: string, apis: ClusterApis, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
  if (apis.customResourceDefinition === "apiextensions.k8s.io/v1beta1") {
    const { CustomResourceDefinition } = kubernetes.apiextensions.v1beta1;
    return new CustomResourceDefinition(name, olderEtcdClusterCrd(), { ...opts, retainOnDelete: true });
  }
  const { CustomResourceDefinition } = kubernetes.apiextensions.v1;
  return new CustomResourceDefinition(name, etcdClusterCrd(apis), {
    ...opts,
    retainOnDelete: true,
    // One that was made before the cluster could apply has them, and is known by them.
    ignoreChanges: [stackAnnotation, stackUidAnnotation].map((annotation) => `metadata.annotations["${annotation}"]`),
  });
}

/** Somebody else's. */
export function findCrd(name: string, apis: ClusterApis, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
  return apis.customResourceDefinition === "apiextensions.k8s.io/v1beta1"
    ? kubernetes.apiextensions.v1beta1.CustomResourceDefinition.get(name, crdName, opts)
    : kubernetes.apiextensions.v1.CustomResourceDefinition.get(name, crdName, opts);
}

/**
 * The CRD of EtcdCluster, as apiextensions.k8s.io/v1: etcd-operator v0.9.4 would create its own in v1beta1,
 * which Kubernetes has not served since 1.22. Fields as in the operator's pkg/apis/etcd/v1beta2.
 *
 * There is deliberately no status subresource: the operator writes the status with a plain update of the whole object, whose
 * status the API server would drop if there was one.
 */
export function etcdClusterCrd({
  numberBounds,
}: Pick<ClusterApis, "numberBounds">): kubernetes.types.input.apiextensions.v1.CustomResourceDefinition {
  const openAPIV3Schema: Schema = {
    type: "object",
    properties: { spec: specSchema(numberBounds), status: statusSchema() },
  };
  return {
    ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata },
    spec: {
      ...common,
      versions: [
        {
          name: "v1beta2",
          served: true,
          storage: true,
          additionalPrinterColumns: [
            { name: "Phase", type: "string", jsonPath: ".status.phase" },
            { name: "Size", type: "integer", jsonPath: ".spec.size" },
            { name: "Version", type: "string", jsonPath: ".status.currentVersion" },
            { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
          ],
          schema: { openAPIV3Schema },
        },
      ],
    },
  };
}

/** As v1beta1, without a schema: none is asked for there, and what has none drops nothing. */
export function olderEtcdClusterCrd(): kubernetes.types.input.apiextensions.v1beta1.CustomResourceDefinition {
  return {
    ...{ apiVersion: "apiextensions.k8s.io/v1beta1", kind: "CustomResourceDefinition", metadata },
    spec: { ...common, version: "v1beta2" },
  };
}

const metadata = {
  name: crdName,
  labels: objectLabels("etcd", "operator"),
  // Other stacks make the same object: the one that was updated last decides.
  annotations: { "pulumi.com/patchForce": "true" },
};

const common = {
  group: "etcd.database.coreos.com",
  scope: "Namespaced",
  names: {
    kind: etcdClusterKind,
    listKind: "EtcdClusterList",
    plural: "etcdclusters",
    singular: "etcdcluster",
    shortNames: ["etcd"],
  },
};

function specSchema(numberBounds: boolean): Schema {
  return {
    type: "object",
    required: ["size"],
    properties: {
      size: { type: "integer", ...(numberBounds ? { minimum: 1, maximum: 7 } : {}) },
      repository: text,
      version: text,
      paused: { type: "boolean" },
      pod: podSchema(numberBounds),
      TLS: tlsSchema(),
    },
  };
}

function podSchema(numberBounds: boolean): Schema {
  return {
    type: "object",
    properties: {
      labels: textMap,
      annotations: textMap,
      nodeSelector: textMap,
      affinity: kubernetesObject,
      antiAffinity: { type: "boolean" },
      tolerations: kubernetesObjects,
      etcdEnv: kubernetesObjects,
      resources: { type: "object", properties: { limits: quantityMap, requests: quantityMap } },
      persistentVolumeClaimSpec: kubernetesObject,
      securityContext: kubernetesObject,
      busyboxImage: text,
      DNSTimeoutInSecond: { type: "integer", format: "int64", ...(numberBounds ? { minimum: 0 } : {}) },
    },
  };
}

function tlsSchema(): Schema {
  return {
    type: "object",
    properties: {
      static: {
        type: "object",
        properties: {
          member: { type: "object", properties: { peerSecret: text, serverSecret: text } },
          operatorSecret: text,
        },
      },
    },
  };
}

function statusSchema(): Schema {
  return {
    type: "object",
    properties: {
      phase: text,
      reason: text,
      controlPaused: { type: "boolean" },
      size: integer,
      serviceName: text,
      clientPort: integer,
      members: { type: "object", properties: { ready: texts, unready: texts } },
      currentVersion: text,
      targetVersion: text,
      conditions: {
        type: "array",
        items: {
          type: "object",
          required: ["type", "status"],
          properties: {
            type: text,
            status: text,
            reason: text,
            message: text,
            lastUpdateTime: text,
            lastTransitionTime: text,
          },
        },
      },
    },
  };
}

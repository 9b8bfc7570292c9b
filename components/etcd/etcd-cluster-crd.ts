import type * as kubernetes from "@pulumi/kubernetes";

import { objectLabels } from "../labels.ts";

export const etcdClusterApiVersion = "etcd.database.coreos.com/v1beta2";
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

/**
 * The CRD of EtcdCluster, as apiextensions.k8s.io/v1: etcd-operator v0.9.4 would create its own in v1beta1,
 * which Kubernetes has not served since 1.22. Fields as in the operator's pkg/apis/etcd/v1beta2.
 *
 * There is deliberately no status subresource: the operator writes the status with a plain update of the whole object, whose
 * status the API server would drop if there was one.
 */
export function etcdClusterCrd(): kubernetes.types.input.apiextensions.v1.CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: crdName,
      labels: objectLabels("etcd", "operator"),
      // Other stacks make the same object: the one that was updated last decides.
      annotations: { "pulumi.com/patchForce": "true" },
    },
    spec: {
      group: "etcd.database.coreos.com",
      scope: "Namespaced",
      names: {
        kind: etcdClusterKind,
        listKind: "EtcdClusterList",
        plural: "etcdclusters",
        singular: "etcdcluster",
        shortNames: ["etcd"],
      },
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
          schema: { openAPIV3Schema: { type: "object", properties: { spec: specSchema(), status: statusSchema() } } },
        },
      ],
    },
  };
}

function specSchema(): Schema {
  return {
    type: "object",
    required: ["size"],
    properties: {
      size: { type: "integer", minimum: 1, maximum: 7 },
      repository: text,
      version: text,
      paused: { type: "boolean" },
      pod: podSchema(),
      TLS: tlsSchema(),
    },
  };
}

function podSchema(): Schema {
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
      DNSTimeoutInSecond: { type: "integer", format: "int64", minimum: 0 },
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

import assert from "node:assert/strict";
import { test } from "node:test";

import { etcdPod, helperPod, operatorPod, pullSecretNames, tridentPod } from "../../../program/settings/parse-pod.ts";

test("takes what Kubernetes takes, under its names", () => {
  const pod = {
    imagePullSecrets: [{ name: "registry" }],
    nodeSelector: { disk: "fast" },
    tolerations: [{ key: "dedicated", operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 }],
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
    hostAliases: [{ ip: "192.0.2.1", hostnames: ["storage.example.com"] }],
    priorityClassName: "system-cluster-critical",
    dnsPolicy: "None",
    dnsConfig: { nameservers: ["192.0.2.53"], options: [{ name: "ndots", value: "2" }] },
    env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
    resources: { limits: { memory: "1Gi" } },
    volumes: [{ name: "more", secret: { secretName: "more" } }],
    volumeMounts: [{ name: "more", mountPath: "/more" }],
    args: ["-log_level", "warn"],
  };
  assert.deepEqual(tridentPod(JSON.stringify(pod)), pod);
  for (const parse of [tridentPod, etcdPod, operatorPod, helperPod]) assert.deepEqual(parse(""), {});
});

test("takes true and 2 for the texts that they are where they were set with --path", () => {
  assert.deepEqual(operatorPod('{"nodeSelector":{"storage":true},"resources":{"requests":{"cpu":2}}}'), {
    nodeSelector: { storage: "true" },
    resources: { requests: { cpu: "2" } },
  });
});

const wrong: readonly (readonly [parse: (text: string) => unknown, text: string, said: RegExp])[] = [
  [tridentPod, "disk=fast", /^write a JSON object .* --path"\.$/],
  [tridentPod, "[]", /^it is to be an object, written in \{ \}\.$/],
  [
    tridentPod,
    '{"nodeselector":{}}',
    /^nodeselector can't be set there: it is none of its fields\. The fields are imagePullSecrets, /,
  ],
  [tridentPod, '{"tolerations":{"key":"a"}}', /^tolerations is to be a list, written in \[ \]\.$/],
  [tridentPod, '{"tolerations":[{"kee":"a"}]}', /^tolerations\[0\]\.kee is unknown; tolerations\[0\] may have key, /],
  [
    tridentPod,
    '{"tolerations":[{"tolerationSeconds":"a"}]}',
    /^tolerations\[0\]\.tolerationSeconds is to be a number\.$/,
  ],
  [tridentPod, '{"imagePullSecrets":["registry"]}', /^imagePullSecrets\[0\] is to be an object/],
  [tridentPod, '{"hostAliases":[{"ip":"192.0.2.1"}]}', /^hostAliases\[0\] lacks hostnames\.$/],
  [tridentPod, '{"priorityClassName":["a"]}', /^priorityClassName is to be a text\.$/],
  [
    tridentPod,
    '{"volumeMounts":[{"name":"a","mountPath":"/root/certs/"}]}',
    /would cover the certificate for the etcd/,
  ],
  [tridentPod, '{"volumes":[{"name":"etcd-client-tls"}]}', /Give yours another name\.$/],
  [tridentPod, '{"args":["-etcd_v3","http://elsewhere"]}', /^args: -etcd_v3 \(.*\) can't be given to Trident here\.$/],
  [tridentPod, '{"args":["-verbose"]}', /^args: -verbose \(Trident 19\.04 does not know it\)/],
  [
    etcdPod,
    '{"priorityClassName":"a"}',
    /^priorityClassName can't be set there: the etcd-operator \(v0\.9\.4\) has no such thing/,
  ],
  [etcdPod, '{"imagePullSecrets":[]}', /^imagePullSecrets can't be set there: .* ServiceAccount default/],
  [operatorPod, '{"volumes":[]}', /^volumes can't be set there/],
  [helperPod, '{"env":[]}', /^env can't be set there/],
  [pullSecretNames, "registry,Mirror", /^Mirror: that is no Secret's name\./],
];

for (const [parse, text, said] of wrong) {
  test(`refuses ${parse.name} ${text}`, () => {
    assert.throws(() => parse(text), { message: said });
  });
}

test("repeats no variable's value in an error", () => {
  const text = '{"env":[{"name":"HTTPS_PROXY","value":"http://user:hunter2@proxy"},{"value":1}]}';
  assert.throws(
    () => tridentPod(text),
    (error: Error) => !error.message.includes("hunter2"),
  );
});

test("takes names of Secrets with commas between them", () => {
  assert.deepEqual(pullSecretNames(" registry, mirror.example ,"), ["registry", "mirror.example"]);
});

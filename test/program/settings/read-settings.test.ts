import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { ConfigurationError } from "../../../program/settings/configuration-error.ts";
import { checkSettings, readSettings } from "../../../program/settings/read-settings.ts";
import { defaultSettings, type RawSettings } from "../../../program/settings/settings.ts";

function problemsOf(raw: RawSettings): readonly string[] {
  try {
    checkSettings(raw);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.problems;
  }
  return [];
}

test("uses the defaults where nothing is set", () => {
  assert.deepEqual(checkSettings({}), defaultSettings);
});

test("reads every setting as its type", () => {
  const settings = checkSettings({
    namespace: "storage",
    migrate: "true",
    rollback: "true",
    legacyClaim: "trident-state",
    legacyEtcdImage: "registry.example:5000/coreos/etcd:v3.3.12",
    abandonedClaim: "trident-old, trident-older",
    tridentImage: "registry.example:5000/netapp/trident:18.07.1",
    tridentDebug: "true",
    etcdClusterSize: "5",
    etcdRepository: "registry.example:5000/coreos/etcd",
    etcdVersion: "3.3.12",
    operatorImage: `quay.io/coreos/etcd-operator@sha256:${"0f".repeat(32)}`,
    busyboxImage: "busybox:1.36",
    imageRegistry: "registry.example:5000/mirror",
    memberAntiAffinity: "required",
    platform: "openshift",
    clusterDomain: "k8s.example.internal",
    certificateValidityHours: "48",
    certificateEarlyRenewalHours: "47",
    certificateKeyAlgorithm: "ECDSA",
    certificateOrganization: "Storage",
    certificateExtraDnsNames: "etcd.example.com, *.etcd.example.com",
    certificateDirectory: "",
    serverCertificateSecret: "",
    peerCertificateSecret: "",
    clientCertificateSecret: "",
    timeoutSeconds: "600",
    snapshotDirectory: "/var/backups/trident",
    report: "reports/migration.md",
  });
  assert.deepEqual(settings, {
    // Those of an existing etcd go with few of the others: see check-existing-etcd.test.ts.
    ...defaultSettings,
    namespace: "storage",
    migrate: true,
    rollback: true,
    legacyClaim: "trident-state",
    legacyEtcdImage: "registry.example:5000/coreos/etcd:v3.3.12",
    abandonedClaim: ["trident-old", "trident-older"],
    tridentImage: "registry.example:5000/netapp/trident:18.07.1",
    tridentDebug: true,
    etcdClusterSize: 5,
    etcdRepository: "registry.example:5000/coreos/etcd",
    etcdVersion: "3.3.12",
    operatorImage: `quay.io/coreos/etcd-operator@sha256:${"0f".repeat(32)}`,
    busyboxImage: "busybox:1.36",
    imageRegistry: "registry.example:5000/mirror",
    memberAntiAffinity: "required",
    platform: "openshift",
    clusterDomain: "k8s.example.internal",
    certificateValidityHours: 48,
    certificateEarlyRenewalHours: 47,
    certificateKeyAlgorithm: "ECDSA",
    certificateOrganization: "Storage",
    certificateExtraDnsNames: ["etcd.example.com", "*.etcd.example.com"],
    certificateDirectory: "",
    serverCertificateSecret: "",
    peerCertificateSecret: "",
    clientCertificateSecret: "",
    timeoutSeconds: 600,
    snapshotDirectory: "/var/backups/trident",
    report: "reports/migration.md",
  });
});

describe("refuses, naming the setting, its value and the way out,", () => {
  const cases: [setting: string, value: string, wayOut: RegExp][] = [
    ["namespace", "Storage_1", /kubectl get namespaces/],
    ["namespace", "a".repeat(64), /at most 63/],
    ["namespace", "", /at most 63/],
    ["migrate", "yes", /true or false/],
    ["rollback", "yes", /true or false/],
    ["legacyClaim", "Trident", /kubectl get persistentvolumeclaims/],
    ["legacyClaim", "", /such as trident/],
    ["legacyEtcdImage", "quay.io/coreos/etcd", /Add a tag or a digest/],
    ["abandonedClaim", "trident old", /with commas between them/],
    ["tridentDebug", "1", /true or false/],
    ["tridentImage", "netapp/trident", /Add a tag or a digest/],
    ["tridentImage", "registry.example:5000/trident", /Add a tag or a digest/],
    ["tridentImage", "netapp/trident:", /no image reference/],
    ["operatorImage", "Not An Image:1", /registry\/repository:tag/],
    ["busyboxImage", "busybox@sha256:short", /no image reference/],
    ["etcdRepository", "quay.io/coreos/etcd:v3.4.22", /without tag or digest/],
    ["etcdVersion", "v3.4.22", /without a leading v/],
    ["etcdVersion", "3.4", /three numbers/],
    ["etcdVersion", "2.3.8", /3\.x version/],
    ["etcdVersion", "3.4.24", /no shell.*Set it to 3\.4\.22/],
    ["etcdVersion", "3.5.7", /no shell/],
    ["etcdVersion", "3.6.0", /no shell/],
    ["etcdVersion", "3.5.0", /corrupt what is written.*Set it to/],
    ["etcdVersion", "3.5.2", /corrupt what is written/],
    ["abandonedEtcd", "8e9e05c52164694d", /decimal number/],
    ["etcdClusterSize", "4", /Set it to 3 or 5/],
    ["discardedKeys", "all", /whole number, the one that the plan/],
    ["etcdClusterSize", "0", /1, 3, 5 or 7/],
    ["etcdClusterSize", "9", /1, 3, 5 or 7/],
    ["etcdClusterSize", "three", /1, 3, 5 or 7/],
    ["clusterDomain", ".cluster.local", /resolv\.conf/],
    ["certificateValidityHours", "0", /at least 1/],
    ["certificateEarlyRenewalHours", "-1", /at least 1/],
    ["timeoutSeconds", "5", /10 to 86400/],
    ["timeoutSeconds", "1e3", /10 to 86400/],
    ["snapshotDirectory", " snapshots", /without spaces around it/],
    ["report", "report.txt", /end in \.md/],
    ["imageRegistry", "https://registry.example.com", /registry\.example\.com:5000\/mirror/],
    ["memberAntiAffinity", "soft", /preferred, required or none/],
    ["platform", "OpenShift", /auto, kubernetes or openshift/],
    ["certificateKeyAlgorithm", "rsa", /RSA or ECDSA/],
    ["certificateOrganization", "two\nlines", /at most 64 characters on one line/],
    ["certificateDirectory", "tls ", /without spaces around it/],
    ["peerCertificateSecret", "Peer", /kubectl get secrets/],
    ["certificateExtraDnsNames", "etcd.example.com, https://etcd", /https:\/\/etcd: that is no DNS name/],
  ];
  for (const [setting, value, wayOut] of cases) {
    test(`${setting} ${JSON.stringify(value)}`, () => {
      const [problem, another] = problemsOf({ [setting]: value });
      assert.ok(problem);
      assert.equal(another, undefined);
      assert.ok(problem.startsWith(`${setting} is ${JSON.stringify(value)}: `), problem);
      assert.match(problem, wayOut);
    });
  }
});

test("keeps no snapshot and writes no report where their paths are empty", () => {
  const { snapshotDirectory, report } = checkSettings({ snapshotDirectory: "", report: "" });
  assert.deepEqual({ snapshotDirectory, report }, { snapshotDirectory: "", report: "" });
});

test("takes the images whose settings are left as they are from a private registry", () => {
  const { tridentImage, etcdRepository, operatorImage, busyboxImage } = checkSettings({
    imageRegistry: "registry.example:5000/mirror",
    operatorImage: "quay.io/our/etcd-operator:v0.9.4",
  });
  assert.deepEqual(
    [tridentImage, etcdRepository, operatorImage, busyboxImage],
    [
      "registry.example:5000/mirror/netapp/trident:19.04.0",
      "registry.example:5000/mirror/coreos/etcd",
      "quay.io/our/etcd-operator:v0.9.4",
      "registry.example:5000/mirror/busybox:1.28.0-glibc",
    ],
  );
});

test("accepts the last etcd versions whose images have a shell", () => {
  for (const etcdVersion of ["3.4.23", "3.5.3", "3.5.6", "3.3.12", `3.4.22@sha256:${"0a".repeat(32)}`]) {
    assert.deepEqual(problemsOf({ etcdVersion }), []);
  }
});

test("refuses certificates that would be renewed by every run", () => {
  const [problem] = problemsOf({ certificateValidityHours: "720" });
  assert.match(problem ?? "", /certificateEarlyRenewalHours is 720 and certificateValidityHours is 720/);
});

test("reads the names of certificates that are brought", () => {
  assert.equal(checkSettings({ certificateDirectory: "tls" }).certificateDirectory, "tls");
  const { serverCertificateSecret, peerCertificateSecret, clientCertificateSecret } = checkSettings({
    serverCertificateSecret: "server",
    peerCertificateSecret: "peer",
    clientCertificateSecret: "client.tls",
  });
  assert.deepEqual(
    [serverCertificateSecret, peerCertificateSecret, clientCertificateSecret],
    ["server", "peer", "client.tls"],
  );
});

test("refuses a setting that does not exist, as a mistyped one would silently change nothing", () => {
  const [problem] = problemsOf({ etcdClustersize: "5" });
  assert.match(problem ?? "", /^etcdClustersize is no setting.*pulumi config rm etcdClustersize.*etcdClusterSize/);
});

test("reports all problems together", () => {
  const raw = { migrat: "true", namespace: "-", etcdClusterSize: "2", certificateValidityHours: "1" };
  assert.equal(problemsOf(raw).length, 4);
  assert.throws(() => checkSettings(raw), /4 problems\); nothing was changed\.\n {2}- .*\n {2}- .*\n {2}- .*\n {2}- /);
});

test("reads this project's settings and no others from the stack's configuration", async () => {
  await pulumi.runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "", state: {} }) }, "trident-etcd");
  pulumi.runtime.setAllConfig({
    "trident-etcd:namespace": "storage",
    "kubernetes:context": "a context",
    "trident-etcd:tridentDebug": "true",
  });
  assert.deepEqual(readSettings(), { ...defaultSettings, namespace: "storage", tridentDebug: true });
});

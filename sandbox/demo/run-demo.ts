/**
 * A real migration, from a legacy Trident with its embedded etcd to a Trident on three TLS-secured members, told to the
 * person at the terminal. The sandbox is left running for a look around; `make sandbox-down` removes it.
 */
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import { installLegacyTrident } from "../legacy-trident/install-legacy-trident.ts";
import { kubeconfigPath, repositoryRoot, sandboxState } from "../sandbox-paths.ts";
import { pulumiEnvironment } from "../toolchain/pulumi-environment.ts";
import { createEtcdctlPod, removeEtcdctlPod, runEtcdctl } from "./etcdctl-pod.ts";
import { heading, note, runVisibly } from "./narration.ts";
import { inOrder, listTrident, printLists } from "./trident-lists.ts";

const namespace = "trident";
const volumes = 3000;
const startedAt = Date.now();
const stackState = path.join(sandboxState, "pulumi-state-of-the-demo");
const pulumiOfTheDemo = {
  ...(await pulumiEnvironment()),
  KUBECONFIG: kubeconfigPath,
  PULUMI_BACKEND_URL: `file://${stackState}`,
  PULUMI_CONFIG_PASSPHRASE: "only for the demo",
};

heading("A sandbox: a one-node Kubernetes on this machine, in a network namespace of its own (30 seconds)");
await runVisibly("node", ["sandbox/stop-sandbox.ts"]);
await runVisibly("node", ["sandbox/start-sandbox.ts"]);
const kubeconfig = new KubeConfig();
kubeconfig.loadFromFile(kubeconfigPath);

heading(`The starting point: a legacy Trident with its embedded etcd and ${volumes} volumes (30 seconds)`);
await installLegacyTrident(
  { kubeconfig: kubeconfigPath, namespace, volumes, backendPassword: "a-password-in-a-backend" },
  note,
);
const before = await listTrident(kubeconfig, namespace);
printLists(before);

heading("pulumi preview: what would happen, changing nothing (15 seconds)");
// The stack's state goes with the sandbox that it describes, and so must its settings in the checkout.
await mkdir(stackState, { recursive: true });
await rm(path.join(repositoryRoot, "Pulumi.demo.yaml"), { force: true });
await pulumi("stack", "select", "--create", "demo");
await pulumi("config", "set", "namespace", namespace);
await pulumi("config", "set", "migrate", "true");
await pulumi("preview", "--suppress-progress");

heading("pulumi up: the operator, the certificates, three members, the move, the new Trident (90 seconds)");
await pulumi("up", "--yes", "--skip-preview", "--suppress-progress");

heading("The same state as before, from the new Trident");
const after = await listTrident(kubeconfig, namespace);
printLists(after);
const same = isDeepStrictEqual(inOrder(after), inOrder(before));
note(
  same ? "Same backends, volumes and storage classes as before the migration." : "DIFFERENT from before the migration.",
);

heading("The members, and a key put, read and deleted through the client service, as in the vendor's guide");
await createEtcdctlPod(kubeconfig, namespace);
for (const words of [
  ["member", "list", "-w", "table"],
  ["put", "foo", "bar"],
  ["get", "foo"],
  ["del", "foo"],
]) {
  note(`etcdctl --endpoints=https://trident-etcd-client:2379 ${words.join(" ")}`);
  console.log(await runEtcdctl(kubeconfig, namespace, words));
}
await removeEtcdctlPod(kubeconfig, namespace);

heading("A second pulumi up changes nothing and copies nothing (15 seconds)");
await pulumi("up", "--yes", "--skip-preview", "--suppress-progress", "--expect-no-changes");

heading(`Done in ${Math.round((Date.now() - startedAt) / 1000)} seconds`);
note("The sandbox is still running. To look around:");
note(`  export KUBECONFIG=${kubeconfigPath}`);
note("To remove it: make sandbox-down");
process.exitCode = same ? 0 : 1;

async function pulumi(...words: string[]): Promise<void> {
  note(`pulumi ${words.join(" ")}`);
  await runVisibly("pulumi", words, pulumiOfTheDemo);
}

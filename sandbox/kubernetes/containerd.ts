import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { run } from "../machine/commands.ts";
import { findProgram, networkPlugins } from "../machine/machine-packages.ts";
import { startProcess, waitUntilReady } from "../machine/processes.ts";
import { network, sandboxState } from "../sandbox-paths.ts";

const pauseImage = "registry.k8s.io/pause:3.10";

const directory = join(sandboxState, "containerd");
const networkDirectory = join(directory, "network");

/** The socket of the sandbox's own containerd. */
export const containerdSocket = join(directory, "containerd.sock");

/** Starts containerd with all that it keeps below the sandbox's state. */
export async function startContainerd(namespaces: readonly string[]): Promise<void> {
  mkdirSync(networkDirectory, { recursive: true });
  writeFileSync(join(networkDirectory, "10-sandbox.conflist"), JSON.stringify(networkConfiguration(), null, 2));
  const configuration = join(directory, "config.toml");
  writeFileSync(configuration, containerdConfiguration());
  await startProcess({
    name: "containerd",
    program: findProgram("containerd") ?? "containerd",
    arguments: ["--config", configuration],
    namespaces,
  });
  await waitUntilReady("containerd", async () => {
    await run("ctr", ["--address", containerdSocket, "--connect-timeout", "2s", "version"]);
  });
}

function containerdConfiguration(): string {
  return `version = 2
root = "${join(directory, "root")}"
state = "${join(directory, "state")}"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing",
]
# Nothing here may make itself harder to kill than the rest of the machine, and nothing has to.
oom_score = 0

[grpc]
  address = "${containerdSocket}"

[plugins."io.containerd.internal.v1.opt"]
  path = "${join(directory, "opt")}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Lowering the score takes CAP_SYS_RESOURCE, which a container or a small virtual machine may lack.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  disable_apparmor = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${networkPlugins()}"
    conf_dir = "${networkDirectory}"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "${join(directory, "runc")}"
`;
}

/**
 * Each pod gets a link of its own and is routed, not bridged: on a bridge, an answer between two pods would pass by the
 * translation of the service's address.
 */
function networkConfiguration(): unknown {
  return {
    cniVersion: "0.4.0",
    name: "sandbox",
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        ipam: {
          type: "host-local",
          dataDir: join(directory, "addresses"),
          ranges: [[{ subnet: network.pods }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
    ],
  };
}

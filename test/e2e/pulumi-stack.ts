import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import {
  LocalWorkspace,
  type ConfigMap,
  type OpMap,
  type OutputMap,
  type PreviewOptions,
} from "@pulumi/pulumi/automation/index.js";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-environment.ts";
import { kubeconfigPath, repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { isWait } from "./engine-wait.ts";

const run = promisify(execFile);

/** A program, that of this repository unless said otherwise, on a stack of its own, its state in a temporary folder. */
export interface TestStack {
  readonly name: string;
  /** Where its state is, and its snapshots are by default. */
  readonly folder: string;
  /** For a command of one's own on it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Sets settings of the program, named as in Pulumi.yaml. */
  configure(settings: Record<string, string>): Promise<void>;
  preview(): Promise<Operation>;
  up(): Promise<Operation>;
  destroy(): Promise<Operation>;
  /** Runs `pulumi WORDS`, as a user would, with another environment where that is given; the stack's name is added. */
  command(words: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Pick<Operation, "succeeded" | "printed">>;
  /** What `pulumi stack export` prints. */
  exportState(options?: { showSecrets: boolean }): Promise<string>;
  /** Forgets the stack; the cluster is left as it is. */
  forget(): Promise<void>;
}

export interface Operation {
  readonly succeeded: boolean;
  /** Everything that the engine printed, in the order in which it came. */
  readonly printed: string;
  readonly outputs: OutputMap;
  /**
   * How many resources the engine says that it created, left the same and so on. An object that it updates without a difference
   * was not ready when it was looked at, as on a loaded machine, and is only waited for: it counts as left the same.
   */
  readonly changes: OpMap;
  /** The types of all resources that the program told the engine of, but for the stack itself. */
  readonly registered: readonly string[];
}

type Watch = Required<Pick<PreviewOptions, "color" | "onOutput" | "onEvent">>;

/** @param existingFolder that of a stack of this name which another checkout's program has made. */
export async function createTestStack(
  name: string,
  settings: Record<string, string>,
  workDir: string = repositoryRoot,
  existingFolder?: string,
): Promise<TestStack> {
  const folder = existingFolder ?? (await mkdtemp(path.join(tmpdir(), `trident-etcd-${name}-`)));
  const environment = {
    ...(await pulumiEnvironment()),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "for this test only",
    KUBECONFIG: kubeconfigPath,
  };
  // The Automation API looks for the pulumi command on this process's own PATH.
  Object.assign(process.env, environment);
  const stack = await LocalWorkspace.createOrSelectStack({ stackName: name, workDir }, { envVars: environment });
  // A snapshot goes with the test's folder, not into the checkout.
  const always: Record<string, string> =
    workDir === repositoryRoot ? { snapshotDirectory: path.join(folder, "snapshots") } : {};
  const configure = (changed: Record<string, string>): Promise<void> =>
    stack.setAllConfig(toConfigMap({ ...always, ...changed }));
  await configure(settings);

  const operation = async (perform: (watch: Watch) => Promise<Partial<Operation>>): Promise<Operation> => {
    let printed = "";
    const registered: string[] = [];
    let waits = 0;
    const watch: Watch = {
      color: "never",
      onOutput: (line) => (printed += line),
      onEvent: ({ resourcePreEvent: event }) => {
        if (event === undefined || event.metadata.type === "pulumi:pulumi:Stack") return;
        registered.push(event.metadata.type);
        if (isWait(event.metadata)) waits += 1;
      },
    };
    const result: Partial<Operation> & Pick<Operation, "succeeded"> = await perform(watch).then(
      (partial) => ({ ...partial, succeeded: true }),
      (error: unknown) => {
        printed += printed === "" ? String(error) : "";
        return { succeeded: false };
      },
    );
    return { printed, outputs: {}, registered, ...result, changes: withoutWaits(result.changes ?? {}, waits) };
  };

  return {
    name,
    folder,
    environment: { ...process.env, ...environment },
    configure,
    preview: () => operation(async (watch) => ({ changes: (await stack.preview(watch)).changeSummary })),
    up: () =>
      operation(async (watch) => {
        const result = await stack.up(watch);
        return { outputs: result.outputs, changes: result.summary.resourceChanges ?? {} };
      }),
    destroy: () =>
      operation(async (watch) => {
        const result = await stack.destroy(watch);
        return { changes: result.summary.resourceChanges ?? {} };
      }),
    command: async (words, changed = {}) => {
      const all = [...words, "--stack", name, "--non-interactive", "--color=never"];
      const options = { cwd: workDir, env: { ...process.env, ...environment, ...changed }, maxBuffer: 2 ** 26 };
      try {
        const { stdout, stderr } = await run("pulumi", all, options);
        return { succeeded: true, printed: stdout + stderr };
      } catch (error) {
        const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
        return { succeeded: false, printed: stdout + stderr };
      }
    },
    exportState: async (options) => {
      const showSecrets = options?.showSecrets === true ? ["--show-secrets"] : [];
      const words = ["stack", "export", "--stack", name, ...showSecrets];
      const { stdout } = await run("pulumi", words, { cwd: workDir, env: environment, maxBuffer: 2 ** 26 });
      return stdout;
    },
    forget: async () => {
      await stack.workspace.removeStack(name, { force: true });
      await rm(folder, { recursive: true });
    },
  };
}

function withoutWaits({ update = 0, same = 0, ...others }: OpMap, waits: number): OpMap {
  const updates = update - waits;
  return {
    ...others,
    ...(same + waits === 0 ? {} : { same: same + waits }),
    ...(updates > 0 ? { update: updates } : {}),
  };
}

function toConfigMap(settings: Record<string, string>): ConfigMap {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key.includes(":") ? key : `trident-etcd:${key}`,
      { value, secret: key.endsWith("Password") },
    ]),
  );
}

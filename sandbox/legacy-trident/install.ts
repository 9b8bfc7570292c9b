/**
 * Installs a legacy Trident into the running sandbox, or removes it:
 * `node sandbox/legacy-trident/install.ts [--volumes 3000] [--namespace trident] [--remove]`
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { startProgress } from "../progress.ts";
import { kubeconfigPath } from "../sandbox-paths.ts";
import { installLegacyTrident } from "./install-legacy-trident.ts";
import { removeLegacyTrident } from "./remove-legacy-trident.ts";

const { values } = parseArgs({
  options: {
    volumes: { type: "string", default: "3000" },
    namespace: { type: "string", default: "trident" },
    kubeconfig: { type: "string", default: kubeconfigPath },
    remove: { type: "boolean", default: false },
  },
});
const { namespace, kubeconfig } = values;
const volumes = Number(values.volumes);
const report = startProgress();

try {
  if (!Number.isSafeInteger(volumes) || volumes < 0) {
    throw new RangeError(`--volumes ${values.volumes} is not a number of volumes: give one such as 3000.`);
  }
  if (values.remove) {
    await removeLegacyTrident({ kubeconfig, namespace }, report);
  } else {
    const backendPassword = randomBytes(12).toString("hex");
    await installLegacyTrident({ kubeconfig, namespace, volumes, backendPassword }, report);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

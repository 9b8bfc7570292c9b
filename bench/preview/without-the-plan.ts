/** The program is not written as expected: what is to be left out of it was not found. */
export class PlanNotFoundError extends Error {
  override readonly name = "PlanNotFoundError";
  constructor(what: string) {
    super(`index.ts has changed: ${what}; bench/preview/without-the-plan.ts is to follow it`);
  }
}

/** What the rest of the program takes from the plan: of the cluster, its uid. */
const noPlan = `const plan = {
  ...{ flow: "install", why: "", serves: false, namespace: settings.namespace, cluster: "", crd: "own" },
  world: {
    clusterUid: await readClusterUid((path) => connectToCluster(cluster).requestJson({ method: "GET", path })),
    stackUids: [],
    hasObjects: false,
  },
  destination: { kind: "managed", name: etcdName, exists: false, size: settings.etcdClusterSize },
  ...{ steps: [], objects: [], certificates: [], staysBehind: [], destroyRemoves: [], destroyKeeps: [] },
  ...{ blockers: [], risks: [] },
};
`;
const ownImports = `import { connectToCluster } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { readClusterUid } from "@trident-etcd/migration/kubernetes/own-cluster.ts";
`;
/** What of it the program answers with. */
const output = "...planOutput(plan),";

/**
 * The text of index.ts as it would be if nothing were planned: the plan's imports and its call are left out, what is printed is empty, and
 * all else is the same.
 *
 * @throws PlanNotFoundError
 */
export function withoutThePlan(program: string): string {
  const begin = program.indexOf("const plan = await explained(");
  const end = program.indexOf(");\n", begin);
  if (begin < 0 || end < 0) throw new PlanNotFoundError("the call that makes the plan is not there");
  const rest = program.slice(0, begin) + noPlan + program.slice(end + ");\n".length);
  const left = rest
    .split("\n")
    .filter((line) => !/^import .*"@trident-etcd\/migration\/plan\/.*"/.test(line) && line.trim() !== output)
    .join("\n");
  const remainder = /\b(?:makePlan|planOutput)\b/.exec(left);
  if (remainder !== null) throw new PlanNotFoundError(`${remainder[0]} is used elsewhere`);
  return ownImports + left;
}

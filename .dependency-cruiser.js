// Data flows one way: nothing imports from a layer above its own, and nothing imports in a circle. `make check` holds it.

/** From the top down. Each is a folder or, at the top, files; what one holds is docs/decisions/0028-the-layout.md. */
const layers = [
  ["the program's entries", "^(index|library)[.]ts$"],
  ["program", "^program/"],
  ["components", "^components/"],
  ["cli", "^migration/cli/"],
  ["status", "^migration/status/"],
  ["providers", "^migration/providers/"],
  ["plan", "^migration/plan/"],
  ["identity", "^migration/identity/"],
  ["serving", "^migration/serving/"],
  ["destroy", "^migration/destroy/"],
  ["restore", "^migration/restore/"],
  ["rollback", "^migration/rollback/"],
  ["migrate", "^migration/migrate/"],
  ["undo", "^migration/undo/"],
  ["etcd-copy", "^migration/etcd-copy/"],
  ["trident", "^migration/trident/"],
  ["permissions", "^migration/permissions/"],
  ["record", "^migration/record/"],
  ["lease", "^migration/lease/"],
  ["upkeep", "^migration/upkeep/"],
  ["members", "^migration/members/"],
  ["connect", "^migration/connect/"],
  ["snapshot", "^migration/snapshot/"],
  ["blockers", "^migration/blockers/"],
  ["etcd", "^migration/etcd/"],
  ["certificates", "^migration/certificates/"],
  ["kubernetes", "^migration/kubernetes/"],
  ["copy", "^migration/copy/"],
  ["wording", "^migration/wording/"],
];

const product = "^(program|components|migration)/";

/** What each layer may not import: all those above it. */
const upward = layers.slice(1).map(([name, from], index) => ({
  name: `no import upwards from ${name}`,
  severity: "error",
  from: { path: from },
  to: { path: layers.slice(0, index + 1).map(([, above]) => above) },
}));

export default {
  forbidden: [
    ...upward,
    { name: "no circle between files", severity: "error", from: {}, to: { circular: true } },
    { name: "no circle between folders", scope: "folder", severity: "error", from: {}, to: { circular: true } },
    {
      name: "each file of the product belongs to a layer",
      severity: "error",
      from: { path: product, pathNot: layers.map(([, path]) => path) },
      to: {},
    },
    {
      name: "each file that is imported belongs to a layer",
      severity: "error",
      from: {},
      to: { path: product, pathNot: layers.map(([, path]) => path) },
    },
    {
      name: "the product knows nothing of its tests and its sandbox",
      severity: "error",
      from: { path: layers.map(([, path]) => path) },
      to: { path: "^(test|sandbox|bench|examples|package)/" },
    },
    {
      name: "only components and the program know Pulumi",
      severity: "error",
      from: { path: "^migration/" },
      to: { path: "node_modules/@pulumi/" },
    },
    {
      name: "only who shows a text to the program's user knows its settings",
      severity: "error",
      from: { path: "^(components|migration)/", pathNot: "^migration/providers/" },
      to: { path: "^migration/wording/in-settings[.]ts$" },
    },
    {
      name: "components do not know etcd",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "node_modules/etcd3/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Types count: a reader follows them as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};

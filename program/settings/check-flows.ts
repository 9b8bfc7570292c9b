import type { Settings } from "./settings.ts";

type IsSet = (name: keyof Settings) => boolean;

/** What does not go together in the settings that say what is done, a sentence each. */
export function checkFlows(settings: Settings, isSet: IsSet): string[] {
  return [...checkStorage(settings, isSet), ...checkUpkeep(settings), ...checkTridentsFlows(settings, isSet)];
}

function checkStorage({ etcdStorageSize, etcdStorageClass }: Settings, isSet: IsSet): string[] {
  // One that can't be read is a problem of its own.
  if (etcdStorageSize !== "" || isSet("etcdStorageSize") || !isSet("etcdStorageClass")) return [];
  return [
    `etcdStorageClass is ${JSON.stringify(etcdStorageClass)}, and etcdStorageSize is empty, so that no member has a claim. Set it with ` +
      '"pulumi config set etcdStorageSize 4Gi", or remove etcdStorageClass with "pulumi config rm etcdStorageClass".',
  ];
}

/** An etcd that is somebody else's is kept up by whoever runs it. */
function checkUpkeep({ defragmentationSchedule, existingEtcdEndpoints }: Settings): string[] {
  if (defragmentationSchedule === "" || existingEtcdEndpoints.length === 0) return [];
  return [
    `defragmentationSchedule is ${JSON.stringify(defragmentationSchedule)}, and existingEtcdEndpoints names an etcd that is not this stack's: ` +
      'whoever runs it keeps it up. Remove one of them: "pulumi config rm defragmentationSchedule" or "pulumi config rm existingEtcdEndpoints".',
  ];
}

function checkTridentsFlows(settings: Settings, isSet: IsSet): string[] {
  const { trident, migrate, rollback, abandonedClaim, legacyClaim, restoreFrom } = settings;
  if (!trident) return withoutTrident(settings, isSet);
  const problems: string[] = [];
  if (rollback && !migrate) {
    problems.push(
      "rollback is true and migrate is false: what can be rolled back is a migration, which goes with migrate. " +
        'Set it with "pulumi config set migrate true", or remove rollback with "pulumi config rm rollback".',
    );
  }
  if (migrate && abandonedClaim.includes(legacyClaim)) {
    problems.push(
      `migrate is true and abandonedClaim names ${legacyClaim}, whose state would be migrated if it came to that. ` +
        'Remove one of them: "pulumi config rm abandonedClaim" or "pulumi config set migrate false".',
    );
  }
  if (rollback && restoreFrom !== "") {
    problems.push(
      `rollback is true and restoreFrom is ${JSON.stringify(restoreFrom)}: a rollback leaves the new etcd. ` +
        'Remove one of them: "pulumi config rm restoreFrom" or "pulumi config rm rollback".',
    );
  }
  return problems;
}

/** What an etcd alone has no use for, which would be passed over without a word. */
const tridentsSettings: readonly (keyof Settings)[] = [
  "migrate",
  "rollback",
  "tridentImage",
  "tridentDebug",
  "existingEtcdEndpoints",
];

function withoutTrident(settings: Settings, isSet: IsSet): string[] {
  return tridentsSettings.filter(isSet).map((name) => {
    const why =
      name === "existingEtcdEndpoints"
        ? "names an etcd that is there already: of an etcd alone nothing is left to be made"
        : `is ${JSON.stringify(settings[name])}, which is about Trident`;
    return (
      `trident is false, so that an etcd alone is made, and ${name} ${why}. ` +
      `Remove one of them: "pulumi config rm trident" or "pulumi config rm ${name}".`
    );
  });
}

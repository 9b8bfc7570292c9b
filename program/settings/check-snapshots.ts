import type { Settings } from "./settings.ts";

type IsSet = (name: keyof Settings) => boolean;

/** What is only about what the schedule saves; a claim may also be there to restore from. */
const ofSchedule = ["snapshotKeep", "snapshotKeepDays", "snapshotStorageSize", "snapshotStorageClass"] as const;
const ofMadeClaim = ["snapshotStorageSize", "snapshotStorageClass"] as const;

/** What does not go together in the settings of snapshots by schedule, a sentence each. */
export function checkSnapshotSettings(settings: Settings, isSet: IsSet): string[] {
  const { snapshotSchedule, snapshotClaim, existingEtcdEndpoints } = settings;
  if (snapshotSchedule === "") {
    // One that can't be read is a problem of its own.
    if (isSet("snapshotSchedule")) return [];
    return ofSchedule
      .filter(isSet)
      .map(
        (name) =>
          `${name} is ${JSON.stringify(settings[name])}, and snapshotSchedule is empty, so that no snapshots are saved by schedule. ` +
          `Set it with "pulumi config set snapshotSchedule '17 * * * *'", or remove ${name} with "pulumi config rm ${name}".`,
      );
  }
  return [
    ...(existingEtcdEndpoints.length === 0 ? [] : [ofSomebodyElse(settings)]),
    ...(snapshotClaim === ""
      ? []
      : ofMadeClaim
          .filter(isSet)
          .map(
            (name) =>
              `${name} is ${JSON.stringify(settings[name])}, and snapshotClaim is ${JSON.stringify(snapshotClaim)}, which is used as it is. ` +
              `Remove one of them: "pulumi config rm ${name}" or "pulumi config rm snapshotClaim".`,
          )),
  ];
}

function ofSomebodyElse({ snapshotSchedule, existingEtcdEndpoints }: Settings): string {
  return (
    `snapshotSchedule is ${JSON.stringify(snapshotSchedule)}, and existingEtcdEndpoints is ${JSON.stringify(existingEtcdEndpoints.join(","))}: that etcd is ` +
    "not this stack's, and whoever runs it saves it, with all that others have in it. Remove one of them: " +
    '"pulumi config rm snapshotSchedule" or "pulumi config rm existingEtcdEndpoints".'
  );
}

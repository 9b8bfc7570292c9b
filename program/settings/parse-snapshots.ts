import { parseCronSchedule } from "@trident-etcd/migration/snapshot/schedule/cron-schedule.ts";

import { objectNamePattern } from "./names.ts";

// Each of these answers with the value, or raises an Error that says how to write it.

/** Five cron fields; empty for no schedule. */
export function cronFields(text: string): string {
  if (text === "") return text;
  try {
    parseCronSchedule(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error(
      `${error.message}. Write five cron fields, such as "17 * * * *" for each hour or "0 3 * * *" for three o'clock; an empty one makes none.`,
    );
  }
  return text.trim();
}

/** How many of something stay; at least one. */
export function keptCount(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new Error("it must be a whole number from 1 to 99999: the newest one always stays.");
  return count;
}

export function keptDays(text: string): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw new Error("it must be a whole number of days from 0 to 99999; 0 goes by number alone.");
  }
  return Number(text);
}

/** Kubernetes' amount of storage. */
export function storageSize(text: string): string {
  if (!/^[1-9]\d{0,5}(Mi|Gi|Ti|M|G|T)$/.test(text)) {
    throw new Error("write an amount of storage with its unit, such as 10Gi or 512Mi.");
  }
  return text;
}

/** Empty for the cluster's default one. */
export function storageClassName(text: string): string {
  if (text !== "" && !objectNamePattern.test(text)) {
    throw new Error(
      'write the name of a StorageClass; empty for the default one. "kubectl get storageclasses" lists those that there are.',
    );
  }
  return text;
}

/** Of a claim that is there; empty for none. */
export function givenClaim(text: string): string {
  if (text !== "" && !objectNamePattern.test(text)) {
    throw new Error(
      'write the name of a PersistentVolumeClaim; empty for one that is made. "kubectl get persistentvolumeclaims" lists those that ' +
        "there are.",
    );
  }
  return text;
}

import { withoutFullStop } from "../../kubernetes/errors.ts";
import { describeFailure } from "../../wording/describe-failure.ts";

/** A claim that is to be read is not there. */
export class ClaimMissingError extends Error {
  override readonly name = "ClaimMissingError";

  constructor(namespace: string, claim: string) {
    super(
      `There is no PersistentVolumeClaim ${claim} in namespace ${namespace}: see those that are there with ` +
        `\`kubectl --namespace ${namespace} get persistentvolumeclaims\`, and name one of them.`,
    );
  }
}

/** A file of a claim could not be had whole; nothing of it is kept under its name. */
export class FileNotFetchedError extends Error {
  override readonly name = "FileNotFetchedError";

  constructor(claim: string, file: string, to: string, cause: unknown) {
    super(
      `File ${file} of PersistentVolumeClaim ${claim} was not fetched to ${to}: ${withoutFullStop(describeFailure(cause))}. ` +
        `Nothing of it was kept.`,
      { cause },
    );
  }
}

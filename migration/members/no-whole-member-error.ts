/** Members answer, and none of them is known to have all that was ever written. */
export class NoWholeMemberError extends Error {
  override readonly name = "NoWholeMemberError";
}

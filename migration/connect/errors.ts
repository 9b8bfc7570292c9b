/** From this machine there is no way to an etcd, and the one through a pod is not to be taken now. */
export class NotReachedFromHereError extends Error {
  override readonly name = "NotReachedFromHereError";

  constructor(endpoints: readonly string[], reasons: readonly string[]) {
    const why = reasons.length === 0 ? "it is to be reached through a pod" : reasons.join(", ");
    super(`The etcd at ${endpoints.join(", ")} was not reached from this machine: ${why}.`);
  }
}

/** The way through a pod is needed, and nothing says which image that is to run. */
export class NoGatewayImageError extends Error {
  override readonly name = "NoGatewayImageError";

  constructor(endpoints: readonly string[], reasons: readonly string[]) {
    const why = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
    super(
      `The etcd at ${endpoints.join(", ")} is to be reached through a pod${why}, and no image is named for it: name one ` +
        `with etcd in it (gatewayImage), or run this where the etcd can be reached directly.`,
    );
  }
}

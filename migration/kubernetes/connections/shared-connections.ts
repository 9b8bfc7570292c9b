import type { RequestContext, SecurityAuthentication } from "@kubernetes/client-node";

/** As long as this a connection's credentials count as those of the kubeconfig: a credential plugin may renew a certificate. */
const sharedForMilliseconds = 60_000;

/**
 * Has requests to one cluster go over the same few connections, kept open between them. client-node makes new ones for each
 * request, and a TLS handshake with certificates costs more than all else of it.
 */
export function overSharedConnections(
  authentication: SecurityAuthentication,
  now: () => number = () => performance.now(),
): SecurityAuthentication {
  let shared: { readonly dispatcher: ReturnType<RequestContext["getDispatcher"]>; readonly until: number } | undefined;
  return {
    getName: () => authentication.getName(),
    applySecurityAuthentication: async (context) => {
      // Each time, for the headers: a token in them may be a new one.
      await authentication.applySecurityAuthentication(context);
      if (shared === undefined || now() > shared.until) {
        shared = { dispatcher: context.getDispatcher(), until: now() + sharedForMilliseconds };
      }
      if (shared.dispatcher !== undefined) context.setDispatcher(shared.dispatcher);
    },
  };
}

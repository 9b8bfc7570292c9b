import { connect } from "node:net";
import { describeFailure } from "../wording/describe-failure.ts";

/** Why no TCP connection can be had from this machine, such as an unknown name; undefined when one can. */
export function whyNoConnection(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMilliseconds = 3_000,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port });
  socket.once("connect", () => {
    resolve(undefined);
  });
  socket.once("error", (error) => {
    resolve(describeFailure(error));
  });
  // Not the socket's own timeout: looking a name up does not count for that.
  const timer = setTimeout(() => {
    resolve(`no connection to ${host} within ${timeoutMilliseconds / 1000} s`);
  }, timeoutMilliseconds);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.on("error", () => undefined);
    socket.destroy();
  });
}

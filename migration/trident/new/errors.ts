import { withoutFullStop } from "../../kubernetes/errors.ts";
import { describeLengths, type ListLengths } from "../rest/expected-lists.ts";

/** The new Trident does not serve the state that was copied for it. */
export class NewTridentNotServingError extends Error {
  override readonly name = "NewTridentNotServingError";

  constructor(options: {
    readonly namespace: string;
    readonly image: string;
    readonly expected: ListLengths;
    /** What it listed last; undefined when it never answered. */
    readonly found: ListLengths | undefined;
    readonly reason: string;
    /** Without secrets. */
    readonly log: readonly string[];
  }) {
    const { namespace, image, expected, found, log } = options;
    const listed = found === undefined ? "it never listed any" : `it listed ${describeLengths(found)}`;
    const lastWords =
      log.length === 0
        ? "It logged nothing."
        : `The last lines of its log:\n${log.map((line) => `    ${line}`).join("\n")}\n`;
    super(
      `The new Trident (${image}) in namespace ${namespace} does not serve the state that was copied: ` +
        `${withoutFullStop(options.reason)}. It was to list ${describeLengths(expected)}; ${listed}. ${lastWords}` +
        `Put right what that says (setting tridentImage names the image, timeoutSeconds how long to wait) and run ` +
        `\`pulumi up\` again.`,
    );
  }
}

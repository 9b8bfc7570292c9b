/** Stands for what was left out. */
export const leftOut = "(left out: it may hold a secret)";

const longestLine = 300;

/**
 * The last lines of a log, fit to be printed. Trident logs its backends' settings, passwords among them: a line that names
 * anything secret is left out as a whole, since nothing tells where in it the secret ends.
 */
export function redactedLines(log: string, count: number): string[] {
  const lines = withoutPem(log.split(/\r?\n/).filter((line) => line.trim() !== ""));
  return withoutRepeats(lines.map(redactedLine)).slice(-count);
}

/** One line of it. */
export function redactedLine(line: string): string {
  if (namesSecret.test(line)) return leftOut;
  const printable = line
    .replace(/\p{Cc}/gu, " ")
    .replace(userInUrl, "$1***@")
    .replace(opaque, hidden);
  return printable.length > longestLine ? `${printable.slice(0, longestLine)}...` : printable;
}

// A file's name such as /root/certs/etcd-client.key is none, and often what is wrong.
const namesSecret =
  /pass(word|wd|phrase|code)|\bpass\b|pwd|secret|token|credential|authori[sz]ation|bearer|\bbasic\s|chap|initiator|api[_ -]?key|private[_ -]?key|client[_ -]?key|(^|[^a-z.])key["']?\s*[:=]|-----|user_?name/i;

const userInUrl = /([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi;

/** Base64, hexadecimal and the like. Trident's own names are shorter, or have hyphens, dots or slashes between words. */
const opaque = /[A-Za-z0-9+/_=-]{32,}/g;

/** A path or a name of words is no secret; key material mixes capitals and digits. */
function hidden(text: string): string {
  const words = text.split(/[-_/=+]/);
  const longest = Math.max(...words.map((word) => word.length));
  return longest < 24 && !/[A-Z].*[0-9]|[0-9].*[A-Z]/.test(text) ? text : "***";
}

/** Everything from a PEM block's begin to its end; a block that the log's beginning cuts through, from there. */
function withoutPem(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let inside = false;
  for (const line of lines) {
    const begins = line.includes("-----BEGIN ");
    const ends = line.includes("-----END ");
    if (ends && !begins && !inside) kept.length = 0;
    if (begins || ends || inside) {
      kept.push(leftOut);
    } else {
      kept.push(line);
    }
    inside = (inside || begins) && !ends;
  }
  return kept;
}

function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, index) => line !== leftOut || lines[index - 1] !== leftOut);
}

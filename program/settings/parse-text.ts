import { parseRestoreSource } from "@trident-etcd/migration/restore/restore-source.ts";

import { commaList } from "./names.ts";

// Each of these answers with the value, or raises an Error that says how to write it.

export function namespaceName(text: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
    throw new Error(
      "a namespace's name is at most 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit. " +
        '"kubectl get namespaces" lists those that there are.',
    );
  }
  return text;
}

/** Whatever it is, so that nothing of it comes into a message. */
export function anyText(text: string): string {
  return text;
}

export function trueOrFalse(text: string): boolean {
  if (text !== "true" && text !== "false") {
    throw new Error("it must be true or false.");
  }
  return text === "true";
}

export function domainName(text: string): string {
  if (text.length > 253 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)) {
    throw new Error(
      "it is no DNS domain. Write it without a leading or trailing dot, such as cluster.local; " +
        'it is the last part of the "search" line in /etc/resolv.conf of any pod.',
    );
  }
  return text;
}

/** Empty is a choice: nothing is kept. */
export function localPath(text: string): string {
  if (text !== text.trim() || text.includes("\0") || text.includes("\n")) {
    throw new Error("write a path without spaces around it, such as snapshots; an empty one keeps nothing.");
  }
  return text;
}

/** Empty is a choice: nothing is restored. */
export function restoreSource(text: string): string {
  if (text !== "") parseRestoreSource(localPath(text));
  return text;
}

/** Empty is a choice: there is none. */
export function secretName(text: string): string {
  if (text === "" || (text.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text))) return text;
  throw new Error(
    "a Secret's name is at most 253 lower-case letters, digits, hyphens and dots. " +
      '"kubectl get secrets" lists those that there are.',
  );
}

/** Empty is a choice: none. */
export function etcdClusterId(text: string): string {
  if (text !== "" && !/^\d{1,20}$/.test(text)) {
    throw new Error('an etcd cluster\'s id is a decimal number, as "pulumi preview" names it where it is asked for.');
  }
  return text;
}

export function reportPath(text: string): string {
  const path = localPath(text);
  if (path !== "" && !path.endsWith(".md")) {
    throw new Error(
      "the report is Markdown: let its name end in .md, such as migration-report.md; an empty one writes none.",
    );
  }
  return path;
}

/** Names in a certificate, with commas between them; one leading wildcard is allowed in each. */
export function dnsNames(text: string): readonly string[] {
  const names = commaList(text);
  const wrong = names.filter(
    (name) => !/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name),
  );
  if (wrong.length > 0) {
    throw new Error(
      `${wrong.join(", ")}: that is no DNS name. Write names such as etcd.example.com, with commas between them.`,
    );
  }
  return names;
}

/** One of a few words, in the spelling that is listed. */
export function oneOf<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((each) => each === text);
    if (word === undefined) {
      throw new Error(`it must be ${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}.`);
    }
    return word;
  };
}

/** A line of a certificate's subject. */
export function subjectText(text: string): string {
  if (text !== text.trim() || text.length > 64 || /[\p{Cc}]/u.test(text)) {
    throw new Error("write at most 64 characters on one line, without spaces around them; leave it empty for none.");
  }
  return text;
}

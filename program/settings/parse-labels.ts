import { commaList } from "./names.ts";

// Answers with the value, or raises an Error that says how to write it.

const part = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const key = new RegExp(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?${part}$`);
const value = new RegExp(`^${part}$`);

/** Labels of pods, `key=value` with commas between them, all of which such a pod has; none is a choice. */
export function podLabels(text: string): readonly (readonly [key: string, value: string])[] {
  const labels = commaList(text).map((each) => {
    const [name = "", worth = "", ...rest] = each.split("=");
    if (rest.length > 0 || !key.test(name) || !value.test(worth)) {
      throw new Error(
        "write labels as key=value with commas between them, such as app=etcdctl; a pod is let in that has all.",
      );
    }
    return [name, worth] as const;
  });
  const names = labels.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${twice} is named twice, and a pod has a label once.`);
  return labels;
}

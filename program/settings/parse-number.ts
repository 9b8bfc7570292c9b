// Each of these answers with the value, or raises an Error that says how to write it.

export function clusterSize(text: string): number {
  const size = wholeNumber(text);
  if (size === undefined || size < 1 || size > 7) {
    throw new Error("the etcd-operator runs clusters of 1 to 7 members. Set it to 1, 3, 5 or 7.");
  }
  if (size % 2 === 0) {
    throw new Error(
      `${size} members survive the loss of no more of them than ${size - 1} do, and one more can fail. ` +
        `Set it to ${size - 1} or ${size + 1}.`,
    );
  }
  return size;
}

export function hours(text: string): number {
  const value = wholeNumber(text);
  if (value === undefined || value < 1) {
    throw new Error("it must be a whole number of hours, at least 1.");
  }
  return value;
}

export function seconds(text: string): number {
  const value = wholeNumber(text);
  if (value === undefined || value < 10 || value > 86400) {
    throw new Error("it must be a whole number of seconds from 10 to 86400; 300 suits most clusters.");
  }
  return value;
}

export function amount(text: string): number {
  const value = wholeNumber(text);
  if (value === undefined) {
    throw new Error("it must be a whole number, the one that the plan or an error names.");
  }
  return value;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

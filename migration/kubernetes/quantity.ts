const factors: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** An amount as Kubernetes writes it, such as `250m`, `1e3` or `128Mi`; NaN for what is none. */
export function parseQuantity(text: string | number): number {
  const [, number, suffix = ""] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(String(text).trim()) ?? [];
  const factor = factors[suffix];
  return number === undefined || factor === undefined ? Number.NaN : Number(number) * factor;
}

/** Rounded up, so that it suffices: `250m`, `3`, `384Mi`. */
export function formatQuantity(amount: number): string {
  if (amount >= 2 ** 20) return `${Math.ceil(amount / 2 ** 20)}Mi`;
  // Of sums of thousandths, a billionth is an error of the arithmetic.
  const thousandths = Math.ceil(amount * 1000 - 1e-6);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

// Which products go together, said while they are being chosen; the server decides again when it is asked for the offer.
import type { Schema } from '@/api/client';

export type Product = Schema<'OrderProduct'>;

/** What is not right about a choice. */
export type Clash = { kind: 'needs'; product: Product; lines: string[] } | { kind: 'modes'; first: Product; second: Product };

/** Products that miss a companion, or share no network with another. */
export function clashes(chosen: readonly Product[], hasService: boolean): Clash[] {
  const found: Clash[] = [];
  for (const product of chosen) {
    const there = chosen.some((other) => product.needs.includes(other.line));
    if (product.needs.length > 0 && !there && !hasService) found.push({ kind: 'needs', product, lines: product.needs });
  }
  const networked = chosen.filter((product) => product.modes.length > 0);
  let shared = networked[0]?.modes ?? [];
  for (const product of networked.slice(1)) {
    const both = shared.filter((mode) => product.modes.includes(mode));
    if (both.length === 0) {
      found.push({ kind: 'modes', first: networked[0]!, second: product });
      break;
    }
    shared = both;
  }
  return found;
}

/** The newest network all of them share; empty where that means nothing. */
export function network(chosen: readonly Product[]): string {
  const networked = chosen.filter((product) => product.modes.length > 0);
  const shared = networked.reduce<string[] | undefined>(
    (before, { modes }) => (before === undefined ? modes : before.filter((mode) => modes.includes(mode))),
    undefined,
  );
  return shared?.toSorted().at(-1) ?? '';
}

/** Products by what was typed: a part of the name, code or line; the main ones or those that may be added. */
export function matching(products: readonly Product[], typed: string, main: boolean, taken: readonly string[]): Product[] {
  const wanted = typed.trim().toLowerCase();
  return products.filter(
    (product) =>
      (main ? product.main : !taken.includes(product.code)) &&
      (wanted === '' || `${product.name} ${product.code} ${product.line} ${product.category}`.toLowerCase().includes(wanted)),
  );
}

// Ids this phone makes by itself, off line too: ULIDs, which sort by the time they were made.
import { update } from 'idb-keyval';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

let last = 0;

/** A fresh id of 26 letters: ten of the clock in milliseconds, sixteen by chance. Two of one phone are never in the wrong order. */
export function ulid(now = Date.now()): string {
  last = Math.max(now, last + 1);
  let clock = '';
  for (let rest = last, at = 0; at < 10; at += 1, rest = Math.floor(rest / 32)) clock = LETTERS[rest % 32]! + clock;
  const chance = crypto.getRandomValues(new Uint8Array(16));
  return clock + Array.from(chance, (byte) => LETTERS[byte % 32]!).join('');
}

/** The id of this phone, made once. It is kept where a killed browser has not forgotten it: another id would be another phone. */
export async function device(): Promise<string> {
  let id = '';
  await update<string>('device', (known) => (id = known ?? ulid()));
  return id;
}

/** The phone's clock, microseconds since 1970. */
export const nowUs = (): number => Date.now() * 1000;

// Pinyin initials of names without a network: the collation of the browser sorts characters by their reading, so the first one of each letter bounds it.

const READING = new Intl.Collator('zh-Hans-CN-u-co-pinyin');

/** The first character of each letter in the order of readings; i, u and v begin no syllable. */
const BOUNDS: readonly (readonly [string, string])[] = [
  ['a', '\u963f'],
  ['b', '\u516b'],
  ['c', '\u5693'],
  ['d', '\u5491'],
  ['e', '\u59b8'],
  ['f', '\u53d1'],
  ['g', '\u65ee'],
  ['h', '\u54c8'],
  ['j', '\u4e0c'],
  ['k', '\u5494'],
  ['l', '\u5783'],
  ['m', '\u5463'],
  ['n', '\u62cf'],
  ['o', '\u5662'],
  ['p', '\u5991'],
  ['q', '\u4e03'],
  ['r', '\u5465'],
  ['s', '\u4ee8'],
  ['t', '\u4ed6'],
  ['w', '\u5c72'],
  ['x', '\u5915'],
  ['y', '\u4e2b'],
  ['z', '\u5e00'],
];

const CHINESE = /[\u4e00-\u9fff]/;

function initial(character: string): string {
  if (!CHINESE.test(character)) return character.toLowerCase();
  return BOUNDS.findLast(([, first]) => READING.compare(first, character) <= 0)?.[0] ?? '';
}

/** First letters of the readings; letters and digits stay as they are. */
export const initials = (name: string): string =>
  [...name]
    .filter((character) => /[\w\u4e00-\u9fff]/.test(character))
    .map(initial)
    .join('');

/** Whether somebody looking for this means that name or code. */
export function matches(typed: string, name: string, code: string): boolean {
  const sought = typed.trim().toLowerCase();
  if (sought === '') return true;
  const has = (text: string) => text.toLowerCase().includes(sought);
  return has(name) || has(code) || initials(name).includes(sought.replace(/\s/g, ''));
}

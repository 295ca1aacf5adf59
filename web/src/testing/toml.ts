// As much TOML as the definition files use, for tests that share their examples: tables, lists of tables, strings, numbers, truth, lists, inline tables.

type Value = string | number | boolean | Value[] | { [key: string]: Value };
export type Table = { [key: string]: Value };

class Reader {
  at = 0;

  constructor(readonly text: string) {}

  next(): string {
    return this.text[this.at] ?? '';
  }

  /** Over spaces, and over line ends and comments where they may stand. */
  skip(lines: boolean): void {
    for (;;) {
      if (lines && this.next() === '#') while (this.at < this.text.length && this.next() !== '\n') this.at += 1;
      else if (this.next() === ' ' || this.next() === '\t' || (lines && /[\r\n]/.test(this.next()))) this.at += 1;
      else return;
    }
  }

  take(text: string): boolean {
    const there = this.text.startsWith(text, this.at);
    if (there) this.at += text.length;
    return there;
  }

  match(shape: RegExp): string {
    shape.lastIndex = this.at;
    const found = shape.exec(this.text);
    if (!found || found.index !== this.at) throw new Error(`toml: ${this.text.slice(this.at, this.at + 40)}`);
    this.at += found[0].length;
    return found[0];
  }

  keys(): string[] {
    const keys = [];
    do {
      this.skip(false);
      keys.push(this.next() === '"' ? this.string() : this.match(/[\w-]+/g));
      this.skip(false);
    } while (this.take('.'));
    return keys;
  }

  string(): string {
    return JSON.parse(this.match(/"(?:[^"\\]|\\.)*"/g)) as string;
  }

  value(): Value {
    if (this.next() === '"') return this.string();
    if (this.take('[')) return this.list(']', () => this.value());
    if (this.take('{')) {
      const table: Table = {};
      this.list('}', () => this.pair(table));
      return table;
    }
    const word = this.match(/[^,\]}\s#]+/g);
    return word === 'true' || word === 'false' ? word === 'true' : Number(word.replaceAll('_', ''));
  }

  list<T>(end: string, one: () => T): T[] {
    const all: T[] = [];
    for (this.skip(true); !this.take(end); this.skip(true)) {
      all.push(one());
      this.skip(true);
      this.take(',');
    }
    return all;
  }

  pair(into: Table): void {
    const keys = this.keys();
    const last = keys.pop()!;
    this.match(/=/g);
    this.skip(false);
    within(into, keys)[last] = this.value();
  }
}

/** The table at some keys; of a list of tables the last one. */
function within(root: Table, keys: readonly string[]): Table {
  let table = root;
  for (const key of keys) {
    const next = (table[key] ??= {});
    table = (Array.isArray(next) ? next.at(-1) : next) as Table;
  }
  return table;
}

/** Reads a file. */
export function toml(text: string): Table {
  const reader = new Reader(text);
  const root: Table = {};
  let table = root;
  for (reader.skip(true); reader.at < text.length; reader.skip(true)) {
    const listed = reader.take('[[');
    if (!listed && !reader.take('[')) {
      reader.pair(table);
      continue;
    }
    const keys = reader.keys();
    reader.take(listed ? ']]' : ']');
    if (!listed) table = within(root, keys);
    else {
      const last = keys.pop()!;
      const list = (within(root, keys)[last] ??= []) as Value[];
      table = {};
      list.push(table);
    }
  }
  return root;
}

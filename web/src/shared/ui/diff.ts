// Longest common subsequence of lines; common heads and tails are taken off first, so that long policies with small changes are cheap.

export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  /** Line numbers in either text. */
  before?: number;
  after?: number;
  text: string;
}

export function linesDiff(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const n = a.length - head - tail;
  const m = b.length - head - tail;
  const longest = Array.from({ length: n + 1 }, () => new Uint32Array(m + 1));
  for (let i = n - 1; i >= 0; i -= 1)
    for (let j = m - 1; j >= 0; j -= 1)
      longest[i]![j] = a[head + i] === b[head + j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
  const lines: DiffLine[] = [];
  const same = (i: number, j: number) => lines.push({ kind: 'same', before: i + 1, after: j + 1, text: a[i]! });
  for (let i = 0; i < head; i += 1) same(i, i);
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && a[head + i] === b[head + j]) {
      same(head + i, head + j);
      i += 1;
      j += 1;
    } else if (i < n && (j === m || longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      lines.push({ kind: 'removed', before: head + i + 1, text: a[head + i]! });
      i += 1;
    } else {
      lines.push({ kind: 'added', after: head + j + 1, text: b[head + j]! });
      j += 1;
    }
  }
  for (let k = tail; k > 0; k -= 1) same(a.length - k, b.length - k);
  return lines;
}

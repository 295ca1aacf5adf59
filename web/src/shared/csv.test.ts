import { describe, expect, it } from 'vitest';
import { csv } from './csv';

describe('a file of rows', () => {
  it('is one spreadsheets read', () => {
    expect(
      csv([
        ['类型', 'a,b'],
        ['网点', 'say "it"'],
      ]),
    ).toBe('\ufeff类型,"a,b"\r\n网点,"say ""it"""\r\n');
  });

  it('holds no formula, and leaves numbers as they are', () => {
    expect(csv([['=1+1', '@cmd', '-12.50', '+3%', '-1,740,000.00', '-a']])).toBe(`\ufeff'=1+1,'@cmd,-12.50,+3%,"-1,740,000.00",'-a\r\n`);
  });
});

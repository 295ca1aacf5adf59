// Figures at the borders of their units.
import { describe, expect, it } from 'vitest';
import { basisPoints, fenOf, money, percent, short, shortYuan, yuan } from './money';
import { dateTime, dayPlus, daysBetween, month, monthPlus, weekday } from './time';

describe('money', () => {
  it.each([
    [0, '0.00'],
    [1, '0.01'],
    [-1, '−0.01'],
    [99, '0.99'],
    [100_000, '1,000.00'],
    [123_450, '1,234.50'],
    [-123_456_789, '−1,234,567.89'],
    [900_719_925_474_099, '9,007,199,254,740.99'],
  ])('%d fen is %s', (fen, words) => expect(money(fen)).toBe(words));

  it('puts the sign before the unit', () => {
    expect(yuan(-5)).toBe('−¥0.05');
    expect(shortYuan(-1_860_000_000_0, 'zh-CN')).toBe('−¥1.86亿');
  });

  it.each([
    ['1,234.5', 123_450],
    ['−3', -300],
    ['¥0.07', 7],
    ['1.234', undefined],
    ['abc', undefined],
    ['', undefined],
  ])('reads %s', (typed, fen) => expect(fenOf(typed)).toBe(fen));
});

describe('large figures', () => {
  it.each([
    [0, '0'],
    [9_999, '9,999'],
    [9_999.99, '9,999.99'],
    [9_999.999, '1万'],
    [10_000, '1万'],
    [123_456, '12.35万'],
    [9_999_999, '1,000万'],
    [99_994_999, '9,999万'],
    [99_999_999, '1亿'],
    [1_860_000_000, '18.6亿'],
    [999_999_999_999, '1万亿'],
    [-123_456, '−12.35万'],
  ])('%d is %s', (value, words) => expect(short(value, 'zh-CN')).toBe(words));

  it.each([
    [9_999, '9,999'],
    [12_345, '12.35K'],
    [999_999, '1M'],
    [1_860_000, '1.86M'],
    [2_000_000_000, '2B'],
  ])('%d in English is %s', (value, words) => expect(short(value, 'en')).toBe(words));

  it('writes rates', () => {
    expect(percent(0.1234)).toBe('12.3%');
    expect(percent(-0.5)).toBe('−50.0%');
    expect(basisPoints(1250)).toBe('12.50%');
  });
});

describe('time', () => {
  it('is Shanghai time, whatever the browser says', () => {
    expect(dateTime('2026-10-31T12:03:00Z')).toBe('2026-10-31 20:03');
    expect(dateTime('2026-10-31T16:00:00Z')).toBe('2026-11-01 00:00');
  });

  it('counts months and days', () => {
    expect(month('2026-03', 'zh-CN')).toBe('2026年3月');
    expect(month('2026-03', 'en')).toBe('Mar 2026');
    expect(monthPlus('2026-01', -1)).toBe('2025-12');
    expect(monthPlus('2026-12', 1)).toBe('2027-01');
    expect(dayPlus('2026-02-28', 1)).toBe('2026-03-01');
    expect(daysBetween('2026-02-01', '2026-03-01')).toBe(28);
    expect(weekday('2026-10-31', 'zh-CN')).toBe('周六');
  });
});

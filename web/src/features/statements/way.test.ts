// From the lines of a statement to its payment. R0.31
import { describe, expect, it } from 'vitest';
import { steps } from './way';

const NONE = { lines: 0, adjustments: 0, advances: 0, brought: 0, due: 0, direct: 0, tax: 0, offsets: 0, payment: 0, carried: 0 };

describe('the way from lines to payment', () => {
  it('ends at the payment, and every step begins where the one before ended', () => {
    const totals = {
      ...NONE,
      lines: 1000,
      adjustments: -200,
      brought: 50,
      due: 850,
      direct: 100,
      tax: 20,
      offsets: 30,
      carried: 0,
      payment: 700,
    };
    const way = steps(totals);
    expect(way.map((step) => step.name)).toEqual(['lines', 'adjustments', 'brought', 'due', 'direct', 'tax', 'offsets', 'payment']);
    expect(way.find((step) => step.name === 'due')?.to).toBe(totals.due);
    expect(way.at(-1)?.to).toBe(totals.payment);
    const moves = way.filter((step) => !step.isSum);
    for (const [index, step] of moves.entries()) expect(step.from).toBe(index === 0 ? totals.lines : moves[index - 1]!.to);
  });

  it('leaves out what changes nothing, and goes below zero where more was taken back than earned', () => {
    const way = steps({ ...NONE, lines: -500, due: -500, carried: -500 });
    expect(way.map((step) => [step.name, step.to])).toEqual([
      ['lines', -500],
      ['carried', 0],
      ['payment', 0],
    ]);
  });
});

// States of orders, batches of slips, sums of stock.
import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/errors';
import type { Schema } from '@/api/client';
import { offered } from './acts';
import { fits, handle, type SlipRow } from './slips';
import { stepOf } from './states';
import { missing, pieces, unmovable } from './stock';

const slip = (order: string, state: string) => ({ order, state, version: 3 }) as SlipRow;

const refusal = (status: number, detail: string) =>
  new ApiError({ type: 'about:blank', title: '', status, code: 'orders.slip.state', detail, trace_id: '' });

describe('an order', () => {
  it('stands at its step, and stays at the last one once it was effective', () => {
    // R6.14
    expect(stepOf('draft', null)).toBe(0);
    expect(stepOf('activated', null)).toBe(3);
    expect(stepOf('effective', '2026-08-31')).toBe(4);
    expect(stepOf('reversed', '2026-08-31')).toBe(4);
    expect(stepOf('cancelled', null)).toBe(0);
  });

  it('offers what the server offers, in one order, and a draft is carried on in its form', () => {
    // R6.14
    expect(offered(['rewrite', 'identify', 'submit', 'cancel'])).toEqual(['cancel']);
    expect(offered(['cancel', 'fail', 'finish'])).toEqual(['finish', 'fail', 'cancel']);
    expect(offered([])).toEqual([]);
  });
});

describe('slips', () => {
  it('are handled together only where the act fits all of them', () => {
    // R7.3
    expect(fits([], 'approve')).toBe(false);
    expect(fits([slip('A', 'returned'), slip('B', 'returned')], 'approve')).toBe(true);
    expect(fits([slip('A', 'returned'), slip('B', 'due')], 'approve')).toBe(false);
    expect(fits([slip('A', 'due'), slip('B', 'rejected'), slip('C', 'lost')], 'return')).toBe(true);
    expect(fits([slip('A', 'lost')], 'lose')).toBe(false);
    expect(fits([slip('A', 'ok')], 'return')).toBe(false);
  });

  it('that are refused leave the others as they are, and are named', async () => {
    // R7.3
    const asked: string[] = [];
    const outcome = await handle([slip('A', 'returned'), slip('B', 'returned'), slip('C', 'returned')], 'approve', '', async (row) => {
      asked.push(row.order);
      if (row.order === 'B') throw refusal(409, 'changed');
    });
    expect(asked).toEqual(['A', 'B', 'C']);
    expect(outcome).toEqual({ done: 2, failures: [{ order: 'B', why: 'changed' }] });
  });

  it('end where the connection ends, and say what was done until then', async () => {
    // R7.3
    const lost = (after: number) => async (row: SlipRow) => {
      if (Number(row.order) > after) throw refusal(0, 'offline');
    };
    const rows = ['1', '2', '3'].map((order) => slip(order, 'returned'));
    expect(await handle(rows, 'approve', '', lost(1))).toEqual({ done: 1, failures: [{ order: '2', why: 'offline' }] });
    await expect(handle(rows, 'approve', '', lost(0))).rejects.toThrow('offline');
  });
});

describe('stock', () => {
  const row = { kind: 'card', allocated: 200, stock: 150, moving: 0, sold: 45, repair: 0, returned: 2, recalled: 1, lost: 2 };

  it('adds up, or says by how much it does not', () => {
    // R0.29
    expect(missing(row)).toBe(0);
    expect(missing({ ...row, lost: 0 })).toBe(2);
    expect(missing({ ...row, sold: 46 })).toBe(-1);
  });

  it('is moved one kind at a time, and not what is sold or there already', () => {
    // R0.29
    const piece = (kind: string, state: string) => ({ kind, state, serial: '1' }) as Schema<'StockPiece'>;
    expect(unmovable([piece('card', 'stock'), piece('card', 'returned')], 'recalled')).toBeUndefined();
    expect(unmovable([piece('card', 'stock'), piece('number', 'stock')], 'recalled')).toBe('mixed');
    expect(unmovable([piece('card', 'stock'), piece('card', 'sold')], 'recalled')).toBe('sold');
    expect(unmovable([piece('handset', 'repair')], 'stock')).toBe('repair');
    expect(unmovable([piece('card', 'stock')], 'stock')).toBe('there');
  });

  it.each([
    ['8986260000100', '8986260000299', 200],
    ['00001', '00001', 1],
    ['8986260000299', '8986260000100', undefined],
    ['89862600001', '8986260000299', undefined],
    ['8986260000000000000001', '8986260000000000020000', 20_000],
    ['8986260000000000000001', '8986260000000000020001', undefined],
    ['1234', '1235', undefined],
    ['A0001', 'A0002', undefined],
  ])('counts the segment %s to %s', (first, last, many) => expect(pieces(first, last)).toBe(many));
});

// Pictures of standards: the one of the outlet's type, else the one for all; asked of the server once, then of the phone.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { change } from './box';
import { readStandards, standardFor, standardPicture, type Standards } from './kept';

beforeEach(() => change(async (tx) => tx.clear('keep')));
afterEach(() => vi.unstubAllGlobals());

const picture = (outlet_type: string, sha256: string) => ({ outlet_type, version: 1, sha256, note: '', who: 'test' });
const item = { item: 'q1', name: 'q1', section: '', weight: 1, veto: false, pictures: [picture('', 'a'), picture('专营店', 'b')] };
const sheets: Standards = [{ template: 'display_elements', name: 'x', version: 1, items: [item] }];

describe('a standard', () => {
  it('is that of the type of outlet', () => {
    // R7.23 R7.26
    expect(standardFor(sheets, 'display_elements', 'q1', '专营店')?.sha256).toBe('b');
    expect(standardFor(sheets, 'display_elements', 'q1', '大卖场')?.sha256).toBe('a');
    expect(standardFor(sheets, 'display_elements', 'q2', '大卖场')).toBeUndefined();
    expect(standardFor(sheets, 'places', 'q1', '大卖场')).toBeUndefined();
  });

  it('is taken along, and shown without a network', async () => {
    // R7.26
    const asked: string[] = [];
    let reachable = true;
    vi.stubGlobal('fetch', async (request: Request) => {
      if (!reachable) throw new TypeError('offline');
      const path = new URL(request.url).pathname;
      asked.push(path);
      return path.includes('/photos/') ? new Response('picture', { headers: { 'Content-Type': 'image/png' } }) : Response.json(sheets);
    });
    expect((await readStandards('test')).data).toEqual(sheets);
    await standardPicture('test', 'a');
    reachable = false;
    expect(await standardPicture('test', 'a')).toBeDefined();
    expect((await readStandards('test')).old).toBe(true);
    await expect(standardPicture('test', 'c')).rejects.toBeDefined();
    expect(asked.filter((path) => path.endsWith('/photos/a'))).toHaveLength(1);
  });
});

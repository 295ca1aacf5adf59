import { describe, expect, it } from 'vitest';
import { layerOf } from './layers';

describe('layers of the map', () => {
  it('are shares and points, and nothing where nothing may be read', () => {
    // R6.4
    const part = { code: '421102', outlets: 8, visited: 2, last_visit: '2026-08-20', active: 6, credit_tenths: 825 };
    expect([layerOf(part, 'visited'), layerOf(part, 'active'), layerOf(part, 'credit')]).toEqual([25, 75, 82.5]);
    const blind = { ...part, visited: null, credit_tenths: null };
    expect([layerOf(blind, 'visited'), layerOf(blind, 'credit'), layerOf({ ...part, outlets: 0 }, 'active')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

// Names of the buckets of ageing.
import { describe, expect, it } from 'vitest';
import { buckets } from './data';

describe('ageing', () => {
  it('names the four buckets of the steps', () => {
    // R7.4
    expect(buckets([30, 60, 90])).toEqual(['0–30', '31–60', '61–90', '>90']);
    expect(buckets([15, 45, 120])).toEqual(['0–15', '16–45', '46–120', '>120']);
  });
});

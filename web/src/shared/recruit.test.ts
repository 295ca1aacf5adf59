// What is pasted into a guest list, and whom a draft still waits for.
import { describe, expect, it } from 'vitest';
import { unsignedSide, type DraftRow } from './agreements';
import { guestLines, prospectBody, TERRITORY } from './recruit';

const draft = (state: string, signed: string[], in_force = false) => ({ state, signed, in_force }) as DraftRow;

describe('a guest list', () => {
  it('is read line by line, with Chinese and Western commas and tabs', () => {
    // R8.26
    expect(guestLines('示例来宾，示例店，19900000001\n\n来宾二,店二,,b@example.com\n来宾三\t店三')).toEqual({
      guests: [
        { name: '示例来宾', company: '示例店', phone: '19900000001', mail: '' },
        { name: '来宾二', company: '店二', phone: '', mail: 'b@example.com' },
        { name: '来宾三', company: '店三', phone: '', mail: '' },
      ],
    });
    expect(guestLines('来宾一\n，没有姓名').wrong).toBe(2);
  });
});

describe('a prospect', () => {
  it('is sent without holes', () => {
    // R7.13
    expect(prospectBody({ name: ' 示例店主 ', territory: '430102' })).toEqual({
      name: '示例店主',
      company: '',
      territory: '430102',
      tier: '',
      plan: '',
      phone: '',
      licence: '',
    });
    expect(['43', '430102', '430102001'].every((code) => TERRITORY.test(code)) && !TERRITORY.test('4301020')).toBe(true);
  });
});

describe('a draft', () => {
  it('waits for the operator first, then for the partner, and for nobody once it is in force', () => {
    // R8.40
    expect(unsignedSide(draft('draft', []))).toBeUndefined();
    expect(unsignedSide(draft('sent', []))).toBe('us');
    expect(unsignedSide(draft('sent', ['us']))).toBe('partner');
    expect(unsignedSide(draft('sent', ['us', 'partner']))).toBeUndefined();
    expect(unsignedSide(draft('sent', ['us'], true))).toBeUndefined();
  });
});

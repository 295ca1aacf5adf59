import { describe, expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import { LIFE_TONES, turnOf } from '@/shared/lives';
import { contactSent } from './Contacts';
import { CANDIDATE_STATES, checkAsked, endsIt, growth, notZero, onboardingForm, TERRITORY, twinRecords, twinsAsked } from './lives';

describe('states', () => {
  it('all have a tone, and ends are known as such', () => {
    // R1.57
    for (const state of [...CANDIDATE_STATES.partner, ...CANDIDATE_STATES.outlet, 'active', 'suspended', 'in_exit', 'open', 'paused'])
      expect(LIFE_TONES[state], state).toBeDefined();
    expect(['exited', 'closed', 'approved', 'open'].map(endsIt)).toEqual([true, true, false, false]);
  });
});

describe('duplicates', () => {
  it('are told by record, a shared number before a name that sounds alike', () => {
    // R0.10
    const records = twinRecords([
      { noun: 'outlet', code: 'O1', why: 'sound', what: '城关店' },
      { noun: 'partner', code: 'P1', why: 'name', what: '城关' },
      { noun: 'outlet', code: 'O2', why: 'licence', what: '9142****' },
      { noun: 'outlet', code: 'O1', why: 'near', what: '40 m' },
    ]);
    expect(records.map(({ code, reasons }) => [code, reasons.map((one) => one.why)])).toEqual([
      ['O2', ['licence']],
      ['P1', ['name']],
      ['O1', ['sound', 'near']],
    ]);
  });

  it('are looked for once there is a name and a place', () => {
    expect(twinsAsked({ who: 'outlet', name: ' 城关店 ' })).toBeUndefined();
    expect(twinsAsked({ who: 'outlet', name: '   ', territory: '421102' })).toBeUndefined();
    expect(twinsAsked({ who: 'outlet', name: ' 城关店 ', territory: '421102', phone: ' ' })).toEqual({
      who: 'outlet',
      code: '',
      name: '城关店',
      territory: '421102',
      licence: undefined,
      person: undefined,
      phone: undefined,
    });
    expect(['421102', '421102003001', '42110', '4211020030011', '42110a'].map((code) => TERRITORY.test(code))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('keepers', () => {
  it('have their turn from their first day to the day before the next one’s', () => {
    // R0.1
    const turn = (from: string, to: string | null) => turnOf({ from, to }, '2026-08-31');
    expect(turn('2026-09-01', null)).toBe('later');
    expect(turn('2026-08-31', null)).toBe('now');
    expect(turn('2026-08-01', '2026-09-01')).toBe('now');
    expect(turn('2026-08-01', '2026-08-31')).toBe('before');
  });
});

describe('an exit', () => {
  it('is held up by what is not zero alone', () => {
    // R8.41
    const balance = (name: string, what: string[]) => ({
      name,
      title: name,
      left: what.map((one) => ({ amount: 1, money: false, what: one })),
    });
    expect(notZero([balance('ledger', []), balance('disputes', ['D1', 'D2'])]).map((one) => one.name)).toEqual(['disputes']);
  });
});

describe('the blacklist', () => {
  it('is asked only for what was typed', () => {
    // R0.36
    expect(checkAsked({ phone: '  ', partner: '' })).toBeUndefined();
    expect(checkAsked({ phone: ' 138 0000 1111 ', partner: undefined })).toEqual({ phone: '138 0000 1111' });
  });
});

describe('business', () => {
  it('grows against what there was, and against nothing not at all', () => {
    expect(growth(12, 10)).toBeCloseTo(0.2);
    expect(growth(0, 10)).toBe(-1);
    expect(growth(5, 0)).toBeUndefined();
  });
});

describe('a contact', () => {
  const fields = { name: ' 李四 ', power: 'decides', attitude: 'for' };

  it('keeps the phone that is known unless one is typed or it is forgotten', () => {
    // R7.43
    expect('phone' in contactSent({ ...fields, phone: ' ' })).toBe(false);
    expect(contactSent({ ...fields, phone: ' 13800001111 ' }).phone).toBe('13800001111');
    expect(contactSent({ ...fields, phone: '13800001111', forget: true }).phone).toBe('');
    expect(contactSent(fields)).toMatchObject({ name: '李四', post: '', needs: '' });
  });
});

describe('bulk onboarding', () => {
  it('is applied for with what the check said', () => {
    // R0.7
    const checked: Schema<'OnboardingChecked'> = {
      batch: 'ab'.repeat(32),
      received: 5,
      accepted: 5,
      rejected: 0,
      outlets: 2,
      clerks: 2,
      contacts: 1,
      problems: [],
      twins: [],
    };
    expect(onboardingForm(checked, '2026-10-01')).toEqual({
      batch: checked.batch,
      outlets: '2',
      clerks: '2',
      contacts: '1',
      from_day: '2026-10-01',
    });
  });
});

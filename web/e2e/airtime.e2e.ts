// Terminals with their float, what partners owe, deposits and offsets: the console and a partner's phone.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { choose, verb } from './hands';

afterAll(closeBrowser);

const SMALL = { phone: true, size: [360, 780] as [number, number] };

const PAGES = [
  ['terminals', '/terminals'],
  ['top-up-days', '/top-up-days'],
  ['receivables', '/receivables'],
  ['deposits', '/deposits'],
  ['offsets', '/offsets'],
] as const;

const PHONE = [
  ['terminals', '/m/terminals'],
  ['receivables', '/m/receivables'],
] as const;

const json = async <T>(person: Person, path: string): Promise<T> => {
  const answer = await person.context.request.get(`/api/v1${path}`);
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return (await answer.json()) as T;
};

interface Account {
  partner: string;
  balance: number;
  overdue: number;
  stopped: boolean;
}

describe.each(LOOKS)('in $name', (look) => {
  it.concurrent.each(PAGES)('%s is accessible', async (name, path) => {
    const person = await Person.reading('settlement', look);
    await person.open(path);
    await person.accessible(`${name} ${look.name}`);
    await person.shot(`airtime-${name}-${look.name}`, true);
    await person.finish();
  });

  it.concurrent.each(PHONE)('%s on the phone is accessible', async (name, path) => {
    const person = await Person.reading('partner', { ...SMALL, ...look });
    await person.open(path);
    await person.accessible(`phone ${name} ${look.name}`);
    await person.shot(`phone-money-${name}-${look.name}`, true);
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await person.finish();
  });
});

describe('the settlement manager', () => {
  it('loads a terminal and closes a difference of the day', async () => {
    // R1.41 R1.43
    const person = await Person.signedIn('settlement');
    const { items } = await json<{ items: { serial: string; balance: number }[] }>(person, '/terminals?state=placed');
    const { serial, balance } = items[0]!;
    await person.open(`/terminals/${serial}`);
    await person.page.getByRole('button', { name: '加载', exact: true }).click();
    await person.page.getByLabel('流水号').fill(`E2E${Date.now()}`);
    await person.page.getByLabel('金额（元）').fill('100');
    await verb(person, '加载').click();
    await expect
      .poll(async () => (await json<{ terminal: { balance: number } }>(person, `/terminals/${serial}`)).terminal.balance)
      .toBe(balance + 10_000);
    const days = await json<{ items: { id: string; open: number }[] }>(person, '/top-up-days');
    const day = days.items.find((one) => one.open > 0)!;
    await person.open(`/top-up-days/${day.id}`);
    await person.accessible('a day');
    await person.page.getByRole('button', { name: '确认', exact: true }).first().click();
    await person.page.getByLabel('原因').fill('对方系统差错，已报障');
    await verb(person, '确认').click();
    await expect.poll(async () => (await json<{ head: { open: number } }>(person, `/top-up-days/${day.id}`)).head.open).toBe(day.open - 1);
    await person.finish();
  });

  it('collects what is overdue, and supply goes on', async () => {
    // R7.4
    const person = await Person.signedIn('settlement');
    const { items } = await json<{ items: Account[] }>(person, '/receivables?only=stopped');
    const account = items[0]!;
    await person.open(`/receivables/${account.partner}`);
    await person.page.getByText(/已停供/).waitFor();
    await person.accessible('an account');
    await person.page.getByRole('button', { name: '登记收款', exact: true }).click();
    await person.page.getByLabel('金额（元）').fill(String(account.overdue / 100));
    await verb(person, '登记收款').click();
    await expect
      .poll(async () => (await json<{ account: Account }>(person, `/receivables/${account.partner}`)).account.stopped)
      .toBe(false);
    await person.finish();
  });

  it('takes a deposit', async () => {
    // R0.30
    const person = await Person.signedIn('settlement');
    await person.open('/deposits');
    await person.page.getByRole('button', { name: '办理保证金', exact: true }).click();
    const { items } = await json<{ items: { partner: string; goods: number }[] }>(person, '/deposits');
    await choose(person, '代理商', items[0]!.partner);
    await person.page.getByLabel('金额（元）').fill('12.50');
    await verb(person, '办理保证金').click();
    await expect
      .poll(async () => (await json<{ items: { goods: number }[] }>(person, `/deposits?q=${items[0]!.partner}`)).items[0]!.goods)
      .toBe(items[0]!.goods + 1_250);
    await person.finish();
  });

  it('has an offset approved by somebody else', async () => {
    // R0.32
    const maker = await Person.signedIn('settlement');
    const waiting = await json<{ items: { id: string; is_maker: boolean }[] }>(maker, '/offsets?state=submitted');
    const offset = waiting.items.find((one) => one.is_maker)!;
    await maker.open('/offsets?state=submitted');
    expect(await maker.page.getByRole('button', { name: '批准', exact: true }).first().isDisabled()).toBe(true);
    await maker.finish();
    const checker = await Person.signedIn('settlement2');
    await checker.open('/offsets?state=submitted');
    const row = checker.page.getByRole('row', { name: new RegExp(offset.id) });
    await row.getByRole('button', { name: '批准', exact: true }).click();
    await verb(checker, '批准').click();
    await expect
      .poll(
        async () =>
          (await json<{ items: { id: string; state: string }[] }>(checker, '/offsets')).items.find((one) => one.id === offset.id)?.state,
      )
      .toBe('approved');
    await checker.finish();
  });
});

describe('a partner on the phone', () => {
  it('sees its terminals, what it owes and its deposits', async () => {
    // R1.43 R7.4 R0.30
    const person = await Person.signedIn('partner', SMALL);
    await person.open('/m/');
    await person.page.getByRole('link', { name: '我的空充机' }).click();
    await person.settled();
    await person.page.getByText('空充余额合计').waitFor();
    await person.open('/m/receivables');
    await person.page.getByText('我的保证金').waitFor();
    await person.page.getByRole('list', { name: '未付的款项' }).waitFor();
    await person.finish();
  });
});

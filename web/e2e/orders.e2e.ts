// Orders on the phone and in the console, acceptance levels, slips, cards and numbers.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { verb } from './hands';

afterAll(closeBrowser);

const SMALL = { phone: true, size: [360, 780] as [number, number] };
const DOCUMENT = '11010519491231002X';

const PAGES = [
  ['orders', '/orders'],
  ['slips', '/slips'],
  ['slips-missing', '/slips?tab=missing'],
  ['stock', '/stock'],
  ['acceptance', '/acceptance'],
  ['acceptance-levels', '/acceptance?tab=levels'],
  ['acceptance-refusals', '/acceptance?tab=refusals'],
  ['acceptance-near', '/acceptance?tab=near'],
] as const;

const PHONE = [
  ['orders', '/m/orders'],
  ['take', '/m/take'],
] as const;

interface Page<T> {
  items: T[];
}

interface Named {
  id: string;
  version: number;
}

const json = async <T>(person: Person, path: string): Promise<T> => {
  const answer = await person.context.request.get(`/api/v1${path}`);
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return (await answer.json()) as T;
};

let requests = 0;

/** A command as a page sends it. */
const command = (person: Person, path: string, data: object, version?: number) =>
  person.context.request.post(`/api/v1${path}`, {
    headers: {
      'X-Qudao': '1',
      'Idempotency-Key': `e2e-orders-${Date.now()}-${(requests += 1)}`,
      ...(version === undefined ? {} : { 'If-Match': `"${version}"` }),
    },
    data,
  });

/** A card or number of the outlet that is still there. */
async function piece(person: Person, kind: 'card' | 'number'): Promise<string> {
  const { items } = await json<Page<{ serial: string; outlet: string }>>(person, `/stock?kind=${kind}&state=stock&limit=500`);
  const seller = await json<{ outlet: string }>(person, '/orders/seller');
  const own = items.filter((one) => one.outlet === seller.outlet).at(-1);
  expect(own, `a ${kind} in stock`).toBeDefined();
  return own!.serial;
}

/** Nothing runs over the edge at 360 px. */
const fits = async (person: Person) =>
  expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

const press = (person: Person, name: string) => person.page.getByRole('button', { name, exact: true }).click();

/** Begins anew, whatever was left on the phone. */
async function take(person: Person, business: string): Promise<void> {
  await person.open('/m/take');
  const restart = person.page.getByRole('button', { name: '放下，另办一笔' });
  if (await restart.count()) await restart.click();
  await person.page.getByRole('list', { name: '今天可以办理' }).getByRole('button', { name: business }).first().click();
}

/** A recharge up to its terms. */
async function recharge(person: Person, amount: string): Promise<void> {
  await take(person, '充值');
  await person.page.getByLabel('用户号码').fill('19900000777');
  await person.page.getByLabel('金额（元）').fill(amount);
}

describe.each(LOOKS)('in $name', (look) => {
  it.concurrent.each(PAGES)('%s is accessible', async (name, path) => {
    const person = await Person.reading('system', look);
    await person.open(path);
    await person.accessible(`${name} ${look.name}`);
    await person.shot(`orders-${name}-${look.name}`, true);
    await person.finish();
  });

  it.concurrent.each(PHONE)('%s on the phone is accessible', async (name, path) => {
    const person = await Person.reading('clerk', { ...SMALL, ...look });
    await person.open(path);
    await person.accessible(`phone ${name} ${look.name}`);
    await person.shot(`phone-orders-${name}-${look.name}`, true);
    await fits(person);
    await person.finish();
  });
});

describe('a clerk on the phone', () => {
  it('takes an order from the first tap to the day it counts', async () => {
    // R6.12 R6.13 R6.14 R0.27 R0.29
    const person = await Person.signedIn('clerk', SMALL);
    const { page } = person;
    const card = await piece(person, 'card');
    const number = await piece(person, 'number');
    await take(person, '开卡');
    await page.getByLabel('用户号码').fill(number);
    await page.getByLabel('卡号').fill(card);
    await page.getByRole('list', { name: '选择产品' }).getByRole('button').first().click();
    await page.getByText('费用预览').waitFor();
    await person.accessible('wanted');
    await person.shot('phone-take-wanted-zh', true);
    await fits(person);
    await press(person, '下一步');
    await page.getByText('征得客户同意').waitFor();
    expect(await page.getByRole('button', { name: '核验', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('客户同意核验实名信息').check();
    await page.getByLabel('证件姓名').fill('示例客户');
    await page.getByLabel('证件号码').fill('110105194912310021');
    await press(person, '核验');
    await page.getByText('实名核验没有通过').waitFor();
    await page.getByLabel('证件号码').fill(DOCUMENT);
    await person.accessible('identity');
    await press(person, '核验');
    await page.getByRole('heading', { name: '资费与条款' }).waitFor();
    await person.accessible('terms');
    await person.shot('phone-take-terms-zh', true);
    await fits(person);
    expect(await page.getByRole('button', { name: '提交订单' }).isDisabled()).toBe(true);
    await page.getByLabel('客户已看过以上资费和条款，并确认办理').check();
    await press(person, '提交订单');
    await page.getByText('订单已提交').waitFor();
    await page.getByText('业务系统受理后，登记受理流水号').waitFor();
    await person.settled();
    await person.accessible('order sent');
    await person.shot('phone-take-done-zh', true);
    await press(person, '登记流水号');
    await page.getByLabel('受理流水号').fill(`E2E${Date.now()}`);
    await page.getByRole('dialog').getByRole('button', { name: '登记流水号' }).click();
    await page.getByText('已受理').first().waitFor();
    await press(person, '已完成');
    await page.getByRole('dialog').getByRole('button', { name: '已完成' }).click();
    await page.getByText('办理完成，已生效').waitFor();
    await page.getByText('回单', { exact: true }).first().waitFor();
    const id = new URL(page.url()).pathname.split('/').at(-1)!;
    const whole = await json<{ order: { state: string; subscriber: string }; slip: { state: string } }>(person, `/orders/${id}`);
    expect(whole.order.state).toBe('effective');
    expect(whole.order.subscriber).not.toContain(number);
    expect(whole.slip.state).toBe('due');
    await person.open('/m/orders');
    await page.getByRole('link', { name: new RegExp(id) }).waitFor();
    await person.finish();
  });

  it('is told what goes together while choosing', async () => {
    // R4.23 R6.13
    const person = await Person.signedIn('clerk', SMALL);
    const { page } = person;
    const products = await json<{ code: string; name: string; line: string; main: boolean }[]>(
      person,
      '/orders/products?business=activation',
    );
    const old = products.find((one) => one.main && one.line === '3G无线宽带');
    const phone = products.find((one) => one.line === '终端');
    if (old && phone) {
      await take(person, '开卡');
      await page.getByRole('searchbox', { name: '选择产品' }).fill(old.code);
      await page.getByRole('list', { name: '选择产品' }).getByRole('button').first().click();
      await press(person, '加选产品');
      await page.getByRole('searchbox', { name: '加选产品' }).fill(phone.code);
      await page.getByRole('list', { name: '加选产品' }).getByRole('button').first().click();
      await page.getByText('网络制式不符').waitFor();
      await person.accessible('products that do not go together');
      await person.shot('phone-take-clash-zh', true);
      expect(await page.getByRole('button', { name: '下一步' }).isDisabled()).toBe(true);
    }
    await person.finish();
  });

  it('keeps what was typed when the connection drops', async () => {
    // R0.20
    const person = await Person.signedIn('clerk', SMALL);
    const { page } = person;
    await recharge(person, '50');
    await page.getByText('费用预览').waitFor();
    await person.context.setOffline(true);
    await press(person, '下一步');
    await page.getByText('网络连接中断').waitFor();
    expect(await page.getByLabel('金额（元）').inputValue()).toBe('50');
    await page.waitForTimeout(500);
    await person.context.setOffline(false);
    await page.reload();
    await person.settled();
    expect(await page.getByLabel('金额（元）').inputValue()).toBe('50');
    expect(await page.getByLabel('用户号码').inputValue()).toBe('19900000777');
    await press(person, '下一步');
    await page.getByRole('heading', { name: '资费与条款' }).waitFor();
    await page.getByLabel('客户已看过以上资费和条款，并确认办理').check();
    await press(person, '提交订单');
    await page.getByText('办理完成，已生效').waitFor();
    await person.context.close();
  });
});

describe('outside the grade', () => {
  it('an order is refused in words, and the refusal is kept', async () => {
    // R1.9 R1.36 N41
    const person = await Person.signedIn('clerk', SMALL);
    const { page } = person;
    await person.open('/m/take');
    expect(await page.getByRole('list', { name: '今天可以办理' }).getByText('宽带装机').count()).toBe(0);
    await recharge(person, '10001');
    await page
      .getByText(/单笔上限/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: '下一步' }).isDisabled()).toBe(true);
    await person.accessible('refused');
    await person.shot('phone-take-refused-zh', true);
    // Whoever gets around the page is refused by the server.
    const wanted = { business: 'recharge', subscriber: '19900000777', amount: 1_000_100 };
    const begun = (await (await command(person, '/orders', wanted)).json()) as Named;
    const { offer } = await json<{ offer: { sha256: string } }>(person, `/orders/${begun.id}`);
    const refused = await command(person, `/orders/${begun.id}/submit`, { sha256: offer.sha256, consent: false }, begun.version);
    expect(refused.status()).toBe(403);
    expect(((await refused.json()) as { code: string }).code).toBe('acceptance.limit.order');
    await person.finish();
    const system = await Person.signedIn('system');
    await system.open('/acceptance?tab=refusals&code=acceptance.limit.order');
    await system.page.getByRole('table').getByText('acceptance.limit.order').first().waitFor();
    await system.finish();
  });

  it('a suspended work ID is refused at once, and takes orders again once restored', async () => {
    // R1.9
    const clerk = await Person.signedIn('clerk', SMALL);
    const { clerk: workId } = await json<{ clerk: string }>(clerk, '/orders/seller');
    await recharge(clerk, '30');
    await press(clerk, '下一步');
    await clerk.page.getByRole('heading', { name: '资费与条款' }).waitFor();
    await clerk.page.getByLabel('客户已看过以上资费和条款，并确认办理').check();

    const system = await Person.signedIn('system');
    const stand = async (name: string, reason: string) => {
      await system.open(`/acceptance?holder=clerk&q=${workId}`);
      await system.page.getByRole('row').getByRole('button', { name, exact: true }).first().click();
      await system.page.getByText(/立即生效/).waitFor();
      await system.page.getByLabel('原因').fill(reason);
      await verb(system, name).click();
      await system.page.getByText(`已${name}`).first().waitFor();
    };
    await stand('暂停', '端到端测试：暂停');
    try {
      await press(clerk, '提交订单');
      await clerk.page
        .getByText(/受理权限已暂停：端到端测试/)
        .first()
        .waitFor();
      await clerk.shot('phone-take-suspended-zh', true);
      await clerk.open('/m/take');
      await clerk.page
        .getByText(/受理权限已暂停/)
        .first()
        .waitFor();
    } finally {
      await stand('恢复', '端到端测试：恢复');
    }
    await system.accessible('holders');
    await system.finish();
    // It goes on where it stood.
    await clerk.open('/m/take');
    await clerk.page.getByLabel('客户已看过以上资费和条款，并确认办理').check();
    await press(clerk, '提交订单');
    await clerk.page.getByText('办理完成，已生效').waitFor();
    await clerk.finish();
  });
});

describe('in the console', () => {
  it('orders are filtered and sorted in the address, and one is printed', async () => {
    // R6.14
    const person = await Person.signedIn('system');
    const { page } = person;
    await person.open('/orders');
    await page.getByRole('columnheader', { name: '金额（元）' }).click();
    await page.waitForURL(/sort=amount/);
    await page.getByRole('tab', { name: /已生效/ }).click();
    await page.waitForURL(/state=effective/);
    await person.settled();
    await page
      .getByRole('link', { name: /^OD\d+/ })
      .first()
      .click();
    await page.waitForURL(/\/orders\/OD/);
    await person.settled();
    await page.getByRole('heading', { name: '业务事实' }).waitFor();
    await person.accessible('one order');
    await person.shot('orders-one-zh', true);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByText('客户签字').isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: '打印' }).isVisible()).toBe(false);
    await person.finish();
  });

  it('what took effect is taken back with a reason', async () => {
    // R6.14
    const clerk = await Person.signedIn('clerk');
    const { items } = await json<Page<Named & { business: string }>>(clerk, '/orders?state=effective&business=plan_change&limit=1');
    expect(items.length).toBe(1);
    await clerk.finish();
    const store = await Person.signedIn('store');
    const { page } = store;
    await store.open(`/orders/${items[0]!.id}`);
    await press(store, '退订退货');
    await page.getByText(/冲回事实/).waitFor();
    await verb(store, '退订退货').click();
    await page.getByText('请填写原因，至少 2 个字').waitFor();
    await page.getByLabel('原因').fill('客户七天内退订');
    await verb(store, '退订退货').click();
    await page.getByText('已冲回').first().waitFor();
    await store.open('/orders?state=reversed,terminated');
    await page.getByRole('link', { name: items[0]!.id }).waitFor();
    await store.finish();
  });

  it('a slip comes back, is checked with others, and holds nothing any more', async () => {
    // R7.3
    const person = await Person.signedIn('channel');
    const { page } = person;
    const { items } = await json<Page<{ order: string }>>(person, '/slips?state=due&limit=1');
    const id = items[0]!.order;
    await person.open(`/slips?state=due&q=${id}`);
    await page
      .getByRole('row', { name: new RegExp(id) })
      .getByRole('button', { name: '收回' })
      .click();
    await verb(person, '收回').click();
    await page.getByText('已处理 1 份，未处理 0 份').waitFor();
    await person.open(`/slips?state=returned&q=${id}`);
    await page.getByRole('checkbox', { name: id }).check();
    expect(await page.locator('.list-tools.batch').getByRole('button', { name: '遗失' }).isDisabled()).toBe(true);
    await page.locator('.list-tools.batch').getByRole('button', { name: '合格' }).click();
    await verb(person, '合格').click();
    await page.getByText('已处理 1 份，未处理 0 份').waitFor();
    const { slip } = await json<{ slip: { state: string; holds: boolean } }>(person, `/orders/${id}`);
    expect(slip).toMatchObject({ state: 'ok', holds: false });
    await person.open('/slips?tab=missing');
    await person.accessible('missing slips');
    await person.finish();
  });

  it('sums of cards and numbers add up before and after they move', async () => {
    // R0.29
    const person = await Person.signedIn('channel');
    const { page } = person;
    const counts = async () =>
      (await json<{ kinds: Record<string, number | string>[] }>(person, '/stock/counts?kind=number')).kinds[0] as Record<string, number>;
    const adds = (row: Record<string, number>) =>
      expect(['stock', 'sold', 'returned', 'recalled', 'lost'].reduce((sum, state) => sum + row[state]!, 0)).toBe(row.allocated);
    const before = await counts();
    adds(before);
    const clerk = await Person.signedIn('clerk');
    const { partner, outlet } = await json<{ partner: string; outlet: string }>(clerk, '/orders/seller');
    await clerk.finish();
    const first = `188${String(Date.now()).slice(-8)}`;
    const last = String(BigInt(first) + 4n);
    await person.open('/stock?kind=number');
    await page.getByText('相符').first().waitFor();
    await press(person, '分配号段');
    await page.getByRole('dialog').getByText('号码', { exact: true }).click();
    await page.getByLabel('起号').fill(first);
    await page.getByLabel('止号').fill(last);
    await page.getByText('共 5 个').waitFor();
    for (const [label, code] of [
      ['代理商', partner],
      ['网点（可不填）', outlet],
    ] as const) {
      await page.getByRole('dialog').getByLabel(label, { exact: true }).fill(code);
      await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: code }).first().click();
    }
    await verb(person, '分配号段').click();
    await page.getByText('已分配').last().waitFor();
    expect((await counts()).allocated).toBe(before.allocated! + 5);
    adds(await counts());
    await person.open(`/stock?kind=number&q=${first}`);
    await page.getByRole('checkbox', { name: new RegExp(first) }).check();
    expect(await page.locator('.list-tools.batch').getByRole('button', { name: '放回在库' }).isDisabled()).toBe(true);
    await page.locator('.list-tools.batch').getByRole('button', { name: '召回' }).click();
    await page.getByLabel('原因').fill('端到端测试');
    await verb(person, '召回').click();
    await page
      .getByRole('row', { name: new RegExp(first) })
      .getByText('已召回')
      .waitFor();
    const after = await counts();
    expect(after.recalled).toBe(before.recalled! + 1);
    adds(after);
    await person.open('/stock');
    expect(await page.getByText(/相差/).count()).toBe(0);
    await person.shot('stock-sums-zh');
    await person.finish();
  });
});

// 终端供货: a store orders on its phone, supply accepts and sends out by serial, the store confirms what arrived, and a piece goes back.
import { afterAll, expect, test } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { verb } from './hands';

afterAll(closeBrowser);

const PAGES = ['/supply', '/supply/offers', '/supply/returns', '/stock?kind=handset'];

for (const look of LOOKS) {
  test.concurrent(`handset supply, ${look.name}`, { timeout: 120_000 }, async () => {
    // R4.45, R4.49, R8.68
    const person = await Person.reading('supply', look);
    for (const path of PAGES) {
      await person.open(path);
      await person.shot(`supply${path.replace(/\W+/g, '-')}-${look.name}`, true);
      await person.accessible(path);
    }
    await person.finish();
  });
}

test('from the phone of a store to its counter', { timeout: 180_000 }, async () => {
  // R4.45, R7.4
  const store = await Person.signedIn('store', { phone: true, size: [360, 740] });
  await store.open('/m/supply/new');
  await store.page.getByRole('button', { name: '再来一单' }).click();
  expect(await store.page.getByText(/^\d+ 台 · ¥[\d,.]+ · 保证毛利 ¥[\d,.]+$/).innerText()).not.toContain('0 台 ·');
  await store.shot('supply-phone-new', true);
  await store.accessible('phone order');
  await store.page.getByRole('button', { name: '提交订货' }).click();
  await store.page.locator('.m-badge', { hasText: '待接单' }).first().waitFor();
  const id = store.page.url().split('/').at(-1)!;

  const supply = await Person.signedIn('supply');
  await supply.open(`/supply/orders/${id}`);
  await supply.page.getByRole('button', { name: '接单' }).click();
  await verb(supply, '接单').click();
  await supply.page.getByRole('button', { name: '发货', exact: true }).click();
  await supply.page.getByRole('button', { name: '按先进先出配货' }).click();
  await verb(supply, '发货').click();
  await supply.page.getByRole('button', { name: '撤回发货' }).waitFor();
  await supply.shot('supply-order', true);
  await supply.accessible('an order');

  await store.page.reload();
  await store.page.getByRole('button', { name: '确认收货' }).click();
  await store.page.getByRole('button', { name: /^确认收到 \d+ 台$/ }).click();
  await store.page.locator('.m-badge', { hasText: '已收货' }).first().waitFor();
  await store.page.getByRole('button', { name: '申请退货' }).click();
  await store.page.getByRole('dialog').getByRole('checkbox').first().check();
  await store.page.getByLabel('原因').fill('外包装破损');
  await store.page.getByRole('dialog').getByRole('button', { name: '申请退货' }).click();
  await store.page.locator('.m-badge', { hasText: '申请退货' }).first().waitFor();
  await store.shot('supply-phone-one', true);
  await store.finish();

  await supply.open('/supply/returns?state=asked');
  const row = supply.page.locator('.ant-table-tbody tr.ant-table-row', { hasText: id });
  await row.getByRole('button', { name: '收回' }).click();
  await verb(supply, '收回').click();
  await row.waitFor({ state: 'detached' });
  await supply.finish();
});

test('an offer below the guaranteed margin is not kept', { timeout: 90_000 }, async () => {
  // R4.45
  const person = await Person.signedIn('supply');
  await person.open('/supply/offers');
  await person.page.getByRole('button', { name: '改价' }).first().click();
  await person.page.getByLabel('保证毛利（元）').fill('99999');
  await verb(person, '保存').click();
  await person.page.locator('.ant-drawer-open').getByRole('alert').waitFor();
  expect(await person.page.locator('.ant-drawer-open').getByRole('alert').innerText()).toContain('低于保证毛利');
  await person.finish();
});

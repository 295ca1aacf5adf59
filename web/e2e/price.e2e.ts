// 价格与市场秩序: the map, a book that another person publishes, a case that is heard and decided, and prices on the phone.
import { afterAll, expect, test } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { verb } from './hands';

afterAll(closeBrowser);

const PAGES = [
  '/prices/map',
  '/prices/books',
  '/prices/checks',
  '/prices/cases',
  '/prices/areas',
  '/prices/diversions',
  '/prices/protection',
];

for (const look of LOOKS) {
  test.concurrent(`prices and cases, ${look.name}`, { timeout: 120_000 }, async () => {
    // R7.267, R7.284, R7.289, R7.299, R4.14, R7.150
    const person = await Person.reading('channel', look);
    for (const path of PAGES) {
      await person.open(path);
      const name = path.replace(/\W+/g, '-');
      await person.shot(`price${name}-${look.name}`, true);
      await person.accessible(path);
    }
    await person.finish();
  });
}

test('a book is published by another person than its writer', { timeout: 90_000 }, async () => {
  // R7.284, R7.298
  const person = await Person.signedIn('leader');
  await person.open('/prices/books?state=submitted');
  await person.page.getByRole('link', { name: '开学季价格' }).click();
  await person.settled();
  await person.shot('price-book', true);
  await person.accessible('a price book');
  await person.page.getByRole('button', { name: '发布', exact: true }).click();
  await verb(person, '发布').click();
  await person.page.locator('.ant-tag', { hasText: '已发布' }).waitFor();
  await person.finish();
});

test('a case is decided by somebody who did not open it', { timeout: 90_000 }, async () => {
  // R7.299, R7.300, R7.301
  const person = await Person.signedIn('supervisor');
  await person.open('/prices/cases?state=explained');
  await person.page.locator('.ant-table-tbody tr.ant-table-row').first().getByRole('link').first().click();
  await person.settled();
  await person.shot('price-case', true);
  await person.accessible('a case');
  await person.page.getByRole('button', { name: '决定', exact: true }).click();
  await person.page.getByLabel('决定理由').fill('首次违价，以约谈了结');
  await person.page.getByLabel('客情处理').fill('上门说明，协助更换价签');
  await verb(person, '决定').click();
  await person.page.locator('.ant-tag', { hasText: '已决定' }).first().waitFor();
  await person.finish();
});

test('a partner sees prices and answers in a case on the phone', { timeout: 90_000 }, async () => {
  // R7.278, R7.299
  const person = await Person.signedIn('store', { phone: true, size: [360, 740] });
  await person.open('/m/prices');
  await person.page.getByRole('list', { name: '网点' }).getByRole('button').first().click();
  await person.page.getByRole('list', { name: '建议零售价' }).waitFor();
  await person.shot('price-phone', true);
  await person.accessible('phone prices');
  await person.page
    .getByRole('list', { name: '市场秩序案件' })
    .getByRole('button', { name: /待陈述/ })
    .first()
    .click();
  await person.page.getByRole('textbox', { name: '陈述' }).fill('样机清仓，价签未及时更换');
  await person.page.getByRole('button', { name: '陈述', exact: true }).click();
  await person.page.locator('.m-toast', { hasText: '已提交' }).waitFor();
  await person.finish();
});

test('a channel manager notes a tag with two taps', { timeout: 90_000 }, async () => {
  // R7.289
  const person = await Person.signedIn('channel', { phone: true, size: [360, 740] });
  await person.open('/m/prices');
  await person.page.getByRole('list', { name: '网点' }).getByRole('button').first().click();
  await person.page.getByRole('list', { name: '建议零售价' }).getByRole('button').first().click();
  await person.page.getByRole('button', { name: '保存' }).click();
  expect(await person.page.locator('.m-toast').innerText()).toContain('正常');
  await person.finish();
});

// 协议 and 招商: from a draft to the partner's signature, an event with its guests and tasks, enquiries and plans.
import { afterAll, expect, test } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { downloaded, verb } from './hands';

afterAll(closeBrowser);

const PAGES = [
  '/agreements',
  '/agreements?tab=drafts',
  '/recruiting/plans',
  '/recruiting/prospects',
  '/recruiting/enquiries',
  '/recruiting/events',
];

for (const look of LOOKS) {
  test.concurrent(`agreements and recruiting, ${look.name}`, { timeout: 120_000 }, async () => {
    // R8.40, R0.37, R8.13, R8.16, R8.17
    const person = await Person.reading('channel', look);
    for (const path of PAGES) {
      await person.open(path);
      const name = path.replace(/\W+/g, '-');
      await person.shot(`recruit${name}-${look.name}`, true);
      await person.accessible(path);
    }
    await person.finish();
  });
}

test('an agreement that ends soon is told, and the one after it is on paper', { timeout: 90_000 }, async () => {
  // R0.37, R8.40
  const person = await Person.signedIn('channel');
  await person.open('/agreements?state=expiring');
  const row = person.page.locator('.ant-table-tbody tr.ant-table-row').first();
  expect(await row.innerText()).toMatch(/还有 \d+ 天到期/);
  await row.getByRole('link').first().click();
  await person.settled();
  expect(await person.page.getByRole('alert').first().innerText()).toContain('到期');
  await person.open('/agreements?tab=drafts');
  await person.page.getByRole('link', { name: /^XD/ }).first().click();
  await person.settled();
  const paper = await downloaded(person, () => person.page.getByRole('link', { name: '下载 PDF' }).click());
  expect(paper.bytes.subarray(0, 5).toString()).toBe('%PDF-');
  await person.finish();
});

test('a partner reads and signs on the phone', { timeout: 90_000 }, async () => {
  // R8.40, R0.37
  const person = await Person.signedIn('partner', { phone: true, size: [360, 740] });
  await person.open('/m/agreements');
  expect(await person.page.locator('.m-strip.warn').first().innerText()).toContain('到期');
  await person.shot('recruit-phone-agreements', true);
  await person.accessible('phone agreements');
  await person.page
    .getByRole('link', { name: /^协议文本/ })
    .first()
    .click();
  await person.settled();
  await person.page.getByLabel('签署人姓名').fill('示例负责人');
  await person.page.locator('canvas').scrollIntoViewIfNeeded();
  const box = (await person.page.locator('canvas').boundingBox())!;
  await person.page.mouse.move(box.x + 20, box.y + 40);
  await person.page.mouse.down();
  await person.page.mouse.move(box.x + 120, box.y + 60, { steps: 5 });
  await person.page.mouse.up();
  await person.page.getByRole('button', { name: '确认签署' }).click();
  await person.page.locator('.m-toast', { hasText: '已签署' }).waitFor();
  await person.finish();
});

test('guests are called and tasks are done', { timeout: 120_000 }, async () => {
  // R8.26, R8.28, R8.17, R8.33
  const person = await Person.signedIn('channel');
  await person.open('/recruiting/events');
  await person.page.getByRole('link', { name: '秋季渠道招商会' }).click();
  await person.settled();
  await person.page.getByRole('button', { name: '办理 演讲稿' }).click();
  await person.page.getByRole('radio', { name: '已完成' }).check();
  await person.page.getByLabel('完成依据').fill('定稿已由领导审定');
  await verb(person, '保存').click();
  await person.page.locator('tr', { hasText: '定稿已由领导审定' }).waitFor();
  await person.page.getByText('看板', { exact: true }).click();
  await person.settled();
  await person.shot('recruit-board', true);
  await person.accessible('board of tasks');
  await person.page.getByRole('tab', { name: '邀请名单' }).click();
  await person.settled();
  await person.page.getByRole('button', { name: '电话确认 示例来宾8' }).click();
  await person.page.getByRole('radio', { name: '到会', exact: true }).check();
  await verb(person, '保存').click();
  await person.page.locator('tr', { hasText: '示例来宾8' }).getByText('到会', { exact: true }).waitFor();
  await person.accessible('guests');
  await person.page.getByRole('tab', { name: '会场' }).click();
  await person.settled();
  await person.page.getByRole('button', { name: '录入名片或问卷' }).click();
  await person.page.locator('.ant-drawer-open').getByLabel('姓名').fill('示例来宾一');
  await person.page.locator('.ant-drawer-open').getByLabel('电话').fill('19900000301');
  await verb(person, '保存').click();
  await person.page.locator('tr', { hasText: '新意向' }).waitFor();
  await person.finish();
});

test('an enquiry is called back and becomes a prospect', { timeout: 90_000 }, async () => {
  // R8.13, R7.13
  const person = await Person.signedIn('channel');
  await person.open('/recruiting/enquiries?late=true');
  expect(await person.page.locator('.ant-table-tbody').innerText()).toContain('逾期');
  await person.page.getByRole('button', { name: '登记联系 示例来电客户' }).click();
  await person.page.getByLabel('联系结果').fill('约定周三面谈');
  await verb(person, '登记联系').click();
  await person.page.getByRole('button', { name: '转为意向 示例来电客户' }).click();
  await person.page.locator('.ant-drawer-open').getByLabel('电话').fill('19900000200');
  await verb(person, '转为意向').click();
  await person.page.locator('.ant-table-tbody', { hasText: '已转意向' }).waitFor();
  await person.finish();
});

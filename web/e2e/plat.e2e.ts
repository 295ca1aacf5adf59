// The tree of divisions, documents, posts, standards, pilots, shares.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

const PAGES = [
  ['territories', '/network/territories'],
  ['documents', '/documents'],
  ['posts', '/posts'],
  ['standards', '/standards?territory=360902'],
  ['switches', '/switches'],
  ['parameters', '/parameters?territory=360902'],
] as const;

describe.each(LOOKS)('in $name', (look) => {
  it.concurrent.each(PAGES)('%s is accessible', async (name, path) => {
    const person = await Person.reading('supervisor', look);
    await person.open(path);
    await person.accessible(`${name} ${look.name}`);
    await person.shot(`plat-${name}-${look.name}`, true);
    await person.finish();
  });
});

describe('coverage', () => {
  it('counts every level and opens a part', async () => {
    // R6.43, R7.107
    const person = await Person.signedIn('leader');
    await person.open('/network/territories?area=3609');
    const { page } = person;
    await page.getByRole('rowheader', { name: '村', exact: true }).waitFor();
    await page.getByRole('button', { name: '丰城市' }).click();
    await page.waitForURL(/area=360981/);
    await person.settled();
    await person.accessible('a county of the tree');
    await person.shot('plat-territories-county', true);
    await person.finish();
  });

  it('takes numbers of units from a file, and refuses a wrong row', async () => {
    // R7.107, R0.7
    const person = await Person.signedIn('admin');
    await person.open('/network/territories?area=3609');
    const { page } = person;
    await page.getByRole('button', { name: '录入区划数' }).first().click();
    const give = async (text: string) => {
      await page.locator('input[type=file]').setInputFiles({ name: 'units.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      await page.getByLabel('说明').fill('年度统计');
      await page.getByRole('dialog').getByRole('button', { name: '录入区划数' }).click();
    };
    await give('区划代码,层级,数量,生效日期,来源\n3609,洲,1,2026-08-01,统计\n');
    await page.getByText('第 2 行').waitFor();
    await person.accessible('a refused file');
    await give('区划代码,层级,数量,生效日期,来源\n3609,村,2500,2026-08-01,统计年鉴\n');
    await page.getByRole('cell', { name: '2,500' }).waitFor();
    await person.finish();
  });
});

describe('documents', () => {
  it('are found by their text, renewed, archived, and keep every version', async () => {
    // R8.108
    const person = await Person.signedIn('marketing');
    const { page } = person;
    await person.open('/documents?q=空白乡镇');
    await page.getByRole('button', { name: '乡镇渠道拓展方案' }).waitFor();
    await person.shot('plat-documents-found');
    await person.open('/documents');
    await page.getByRole('button', { name: '上传文档' }).click();
    const title = `活动方案${Date.now()}`;
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: `${title}.txt`, mimeType: 'text/plain', buffer: Buffer.from('开学季校园活动') });
    await page.getByRole('dialog').getByLabel('文件夹').click();
    await page.locator('.ant-select-item-option', { hasText: '方案' }).first().click();
    await page.locator('.ant-select-dropdown:visible').waitFor({ state: 'hidden' });
    await person.accessible('upload');
    await person.shot('plat-documents-upload');
    await page.getByRole('dialog').getByRole('button', { name: '上传文档' }).click();
    await page.getByRole('button', { name: title }).click();
    await page.getByRole('button', { name: '上传新版本' }).click();
    await page
      .getByRole('dialog')
      .last()
      .locator('input[type=file]')
      .setInputFiles({ name: `${title}-2.txt`, mimeType: 'text/plain', buffer: Buffer.from('开学季校园活动 第二版') });
    await page.getByLabel('变更说明').fill('补充地点');
    await page.getByRole('dialog').last().getByRole('button', { name: '上传新版本' }).click();
    await page.getByRole('link', { name: `${title}-2.txt` }).waitFor();
    await page.getByRole('link', { name: `${title}.txt` }).waitFor();
    await page.locator('.ant-drawer-open .ant-drawer-footer').waitFor({ state: 'hidden' });
    await person.accessible('a document');
    await person.shot('plat-document');
    await page.getByRole('button', { name: '归档', exact: true }).click();
    await page.getByLabel('原因').fill('活动结束');
    await page.getByRole('dialog').last().getByRole('button', { name: '归档', exact: true }).click();
    await page.getByRole('button', { name: '恢复使用' }).waitFor();
    await person.finish();
  });

  it('are read by a partner where the exchange is on', async () => {
    // R8.108, R6.46
    const person = await Person.signedIn('partner');
    await person.open('/documents');
    await person.page.getByRole('button', { name: '乡镇渠道拓展方案' }).waitFor();
    expect(await person.page.getByRole('button', { name: '上传文档' }).isDisabled()).toBe(true);
    await person.finish();
  });
});

describe('posts', () => {
  it('lead to duties, rights and the work log', async () => {
    // R8.94, R8.145
    const person = await Person.signedIn('channel');
    const { page } = person;
    await person.open('/posts');
    await page.getByRole('button', { name: '客户谈判' }).click();
    await page.getByRole('button', { name: '记录工作' }).click();
    await page.getByLabel('对象').fill('岳麓通信');
    await page.getByLabel('内容').fill('商谈年度承诺额');
    await page.getByRole('dialog').last().getByRole('button', { name: '保存' }).click();
    await page.getByRole('listitem').getByText('商谈年度承诺额').first().waitFor();
    await page.locator('.ant-drawer-open .ant-drawer-footer').waitFor({ state: 'hidden' });
    await person.accessible('a duty');
    await person.shot('plat-duty');
    await person.open('/posts?post=e_channel_operator');
    await page.getByText('查看业务统计').waitFor();
    await person.accessible('a post');
    await person.shot('plat-post');
    await person.finish();
  });
});

describe('standards', () => {
  it('are not redefined below the group', async () => {
    // R6.42
    const person = await Person.signedIn('admin');
    const { page } = person;
    await person.open('/parameters?id=points_per_100_yuan');
    await page.getByRole('button', { name: '设定取值' }).click();
    await page.getByLabel('取值', { exact: true }).fill('2');
    await page.getByRole('dialog').last().getByLabel('适用范围').fill('3609');
    await page.getByLabel('原因').fill('本市加倍');
    await page.getByRole('dialog').last().getByRole('button', { name: '设定取值' }).click();
    await page.getByText('集团统一规定，各级只继承').waitFor();
    await person.accessible('a redefinition refused');
    await person.shot('plat-redefined');
    await person.finish();
  });

  it('compare a pilot with the others', async () => {
    // R6.46
    const person = await Person.signedIn('leader');
    await person.open('/switches?name=document_exchange&metric=effective_orders&from=2026-07-01&to=2026-07-31');
    await person.page.getByRole('rowheader', { name: '试点' }).waitFor();
    await person.accessible('a comparison');
    await person.shot('plat-comparison', true);
    await person.finish();
  });
});

describe('shares', () => {
  it('are made, seen by both and ended', async () => {
    // R8.101
    const giver = await Person.signedIn('supervisor');
    await giver.open('/account');
    await giver.page.getByRole('button', { name: '新建共享' }).click();
    await giver.page.getByLabel('同事').fill('service');
    await giver.page.locator('.ant-select-item-option', { hasText: 'service' }).first().click();
    await giver.page.getByRole('textbox', { name: '日期' }).first().fill('2026-08-31');
    await giver.page.keyboard.press('Enter');
    await giver.page.keyboard.type('2026-09-06');
    await giver.page.keyboard.press('Enter');
    await giver.page.getByRole('dialog').getByLabel('原因').fill('协助客户维护');
    await giver.accessible('a share');
    await giver.shot('plat-share');
    await giver.page.getByRole('dialog').getByRole('button', { name: '新建共享' }).click();
    await giver.page.getByText('协助客户维护').first().waitFor();
    const taker = await Person.signedIn('service');
    await taker.open('/account');
    await taker.page.getByText('协助客户维护').first().waitFor();
    await taker.page.getByRole('button', { name: '收回' }).first().click();
    await taker.page.getByRole('dialog').getByRole('button', { name: '收回' }).click();
    await taker.page.getByText('已收回').first().waitFor();
    await taker.finish();
    await giver.finish();
  });
});

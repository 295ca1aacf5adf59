// Partners, outlets, clerks, and where they are.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

const PAGES = [
  ['partners', '/partners'],
  ['outlets', '/outlets'],
  ['clerks', '/clerks'],
  ['network-map', '/network/map'],
] as const;

describe.each(LOOKS)('in $name', (look) => {
  it.concurrent.each(PAGES)('%s is accessible', async (name, path) => {
    const person = await Person.reading('leader', look);
    await person.open(path);
    await person.accessible(`${name} ${look.name}`);
    await person.shot(`${name}-${look.name}`);
    await person.finish();
  });
});

describe('lists', () => {
  it('filter, sort and page in the address; a record opens beside the list', async () => {
    const person = await Person.signedIn('leader');
    await person.open('/outlets');
    const { page } = person;
    await page.getByRole('columnheader', { name: '店员数' }).first().click();
    await page.waitForURL(/sort=clerks/);
    await page.getByRole('button', { name: '下一页' }).click();
    await page.waitForURL(/after=/);
    await person.settled();
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes('after='));
    await person.settled();
    await page.locator('tbody tr:not(.ant-table-measure-row) button').first().click();
    await page.waitForURL(/id=/);
    await page.getByRole('dialog').waitFor();
    await person.settled();
    await page.getByRole('dialog').getByRole('tab', { name: '基本信息' }).waitFor();
    await person.accessible('outlet drawer');
    await person.shot('outlet-drawer');
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await person.finish();
  });

  it('say when nothing matches and reset', async () => {
    const person = await Person.signedIn('leader');
    await person.open('/partners?q=no-such-partner');
    await person.page.getByText('没有符合条件的记录').waitFor();
    await person.accessible('no result');
    await person.shot('no-result');
    await person.page.getByRole('button', { name: '重置' }).last().click();
    await person.page.waitForURL((url) => !url.search.includes('q='));
    await person.finish();
  });

  it('hide columns to taste, and remember it', async () => {
    const person = await Person.signedIn('leader');
    await person.open('/clerks');
    await person.page.getByRole('button', { name: '列设置' }).click();
    await person.page.getByRole('checkbox', { name: '生效日期' }).click();
    await expect.poll(() => person.page.getByRole('columnheader', { name: '生效日期' }).count()).toBe(0);
    await person.page.reload();
    await person.settled();
    expect(await person.page.getByRole('columnheader', { name: '生效日期' }).count()).toBe(0);
    await person.finish();
  });
});

describe('the map', () => {
  it('opens an area, and every figure leads to its list', async () => {
    // R1.2, R6.43
    const person = await Person.signedIn('leader');
    await person.open('/network/map');
    const { page } = person;
    await page.locator('.tiles button').first().click();
    await page.waitForURL(/area=/);
    await person.settled();
    await person.shot('network-map-inside');
    await page.locator('table a').first().click();
    await page.waitForURL(/\/outlets\?territory=/);
    await person.settled();
    await person.finish();
  });
});

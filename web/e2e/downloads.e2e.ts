// Files of what is on the screen, the download centre, saved views and whom they are shared with.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { choose, downloaded, ended, rowsOf, verb } from './hands';

afterAll(closeBrowser);

const OURS = { 'X-Qudao': '1' };

interface Figures {
  total: { value: number }[];
  rows: { key: string[]; cells: { value: number }[] }[];
}

describe('an export', () => {
  it('says what the screen says, row by row, as CSV; as XLSX and as a picture it is a file of its kind', async () => {
    // R1.12, R6.38, R7.2
    const person = await Person.signedIn('leader');
    await person.open('/volume?metric=activations');
    const table = person.page.locator('section table.plain-table').first();
    await table.locator('tbody tr').nth(2).waitFor();
    const shown = await table
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [row.querySelector('th')!.firstChild!.textContent!.trim(), row.querySelector('td')!.textContent!.trim()]),
      );
    expect(shown.length).toBeGreaterThan(2);
    await person.page.getByRole('button', { name: '导出' }).click();
    await person.page.getByRole('menuitem', { name: '导出 CSV' }).click();
    const link = person.page.getByRole('dialog').getByRole('link', { name: '下载文件' });
    await link.waitFor();
    await person.accessible('an export');
    await person.shot('downloads-export');
    const csv = await downloaded(person, () => link.click());
    expect(csv.name).toMatch(/\.csv$/);
    const [, ...rows] = rowsOf(csv.bytes);
    const written = rows.map((row) =>
      row[1] ? [row[1], Number(row[2]).toLocaleString('en-US')] : ['合计', Number(row[2]).toLocaleString('en-US')],
    );
    expect(written).toEqual(shown);
    await person.page
      .getByRole('dialog')
      .getByRole('button', { name: /关闭|Close/ })
      .click();

    await person.page.getByRole('button', { name: '导出' }).click();
    await person.page.getByRole('menuitem', { name: '导出 Excel' }).click();
    await link.waitFor();
    const xlsx = await downloaded(person, () => link.click());
    expect(xlsx.name).toMatch(/\.xlsx$/);
    expect(xlsx.bytes.subarray(0, 2).toString()).toBe('PK');
    await person.page
      .getByRole('dialog')
      .getByRole('button', { name: /关闭|Close/ })
      .click();

    const png = await downloaded(person, () => person.page.getByRole('button', { name: '保存为图片' }).first().click());
    expect(png.name).toMatch(/\.png$/);
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
    await person.finish();
  });

  it('has every row of a large answer, whatever the page shows of it', async () => {
    // R1.12, R6.38: the page asks for the first twenty and never gets more than some thousands; the file has all of them
    const person = await Person.signedIn('leader');
    const query = { metrics: ['effective_orders'], by: ['outlet', 'day'], from: '2025-09-01', to: '2026-08-31', top: { rows: 20 } };
    const begun = await person.context.request.post('/api/v1/exports', {
      headers: OURS,
      data: { query, format: 'csv', name: '全年 逐日 网点' },
    });
    const result = await ended(person, ((await begun.json()) as { id: string }).id);
    const file = await person.context.request.get(`/api/v1/exports/${String(result.export)}`);
    const [, ...rows] = rowsOf(await file.body());
    const total = rows.pop()!;
    expect(rows.length).toBeGreaterThan(5_000);
    expect(result.rows).toBe(rows.length + 1);
    expect(new Set(rows.map((row) => `${row[0]} ${row[2]}`)).size).toBe(rows.length);
    const asked = await person.context.request.post('/api/v1/metrics/query', { headers: OURS, data: { ...query, by: [], top: null } });
    const whole = ((await asked.json()) as Figures).total[0]!.value;
    expect(rows.reduce((sum, row) => sum + Number(row[4]), 0)).toBe(whole);
    expect(Number(total[4])).toBe(whole);
    await person.finish();
  });
});

describe('the download centre', () => {
  it('lists own exports with state, size and expiry; gives, repeats and deletes them; nobody else reaches them', async () => {
    // R6.38
    const person = await Person.signedIn('supervisor');
    await person.open('/downloads');
    for (const old of await (await person.context.request.get('/api/v1/exports')).json()) {
      await person.context.request.delete(`/api/v1/exports/${(old as { id: string }).id}`, { headers: OURS });
    }
    await person.page.getByRole('button', { name: '刷新' }).click();
    await person.page.getByText('还没有导出文件').waitFor();
    await person.accessible('an empty download centre');
    await person.shot('downloads-empty');
    await person.open('/volume');
    await person.page.getByRole('button', { name: '导出' }).click();
    await person.page.getByRole('menuitem', { name: '导出 CSV' }).click();
    await person.page.getByRole('dialog').getByRole('link', { name: '下载中心' }).click();
    await person.page.getByRole('heading', { level: 1, name: '下载中心' }).waitFor();
    const row = person.page.locator('tbody tr.ant-table-row');
    await row.getByText('已完成').waitFor();
    const { bytes } = await downloaded(person, () => row.getByRole('link', { name: '下载文件' }).click());
    expect(rowsOf(bytes).length).toBeGreaterThan(1);
    const [own] = (await (await person.context.request.get('/api/v1/exports')).json()) as { id: string; bytes: number }[];
    expect(own!.bytes).toBe(bytes.length);
    await person.page.mouse.move(700, 5);
    await person.accessible('the download centre');
    await person.shot('downloads');
    const stranger = await Person.signedIn('leader');
    expect((await stranger.context.request.get(`/api/v1/exports/${own!.id}`)).status()).toBe(404);
    await stranger.finish();
    await row.getByRole('button', { name: '重新导出' }).click();
    await person.page.getByText('已重新发起，按最新数据生成').waitFor();
    await row.nth(1).waitFor();
    await row.first().getByText('已完成').waitFor();
    await row.first().getByRole('button', { name: /^删除/ }).click();
    await person.page.locator('.ant-popover').getByRole('button', { name: '删除' }).click();
    await row.nth(1).waitFor({ state: 'detached' });
    await person.finish();
  });

  it.concurrent.each(LOOKS)('is drawn in $name', async ({ name, ...look }) => {
    const person = await Person.reading('supervisor', look);
    await person.open('/downloads');
    await person.accessible(`downloads ${name}`);
    await person.shot(`downloads-${name}`);
    await person.finish();
  });
});

describe('a saved view', () => {
  it('of figures is shared with a role, whose people see figures of their own part', async () => {
    // R6.38, R0.1
    const name = `视图 ${Date.now().toString(36)}`;
    const leader = await Person.signedIn('leader');
    await leader.open('/volume?metric=activations&by=channel');
    await leader.page.getByRole('button', { name: '我的视图' }).click();
    await leader.page.getByRole('button', { name: '保存当前页面为视图' }).click();
    await leader.page.getByLabel('视图名称').fill(name);
    await choose(leader, '共享给角色', '渠道主管');
    await leader.page.keyboard.press('Escape');
    await leader.accessible('a view to be saved');
    await leader.shot('views-save');
    await verb(leader, '保存').click();
    await leader.page.getByText('视图已保存').waitFor();
    await leader.page.getByRole('button', { name: '我的视图' }).click();
    await leader.page.getByRole('link', { name }).waitFor();
    await leader.accessible('views');
    await leader.shot('views');

    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open('/volume');
    await supervisor.page.getByRole('button', { name: '我的视图' }).click();
    await supervisor.page.getByText(/共享$/).first().waitFor();
    await supervisor.page.getByRole('link', { name }).click();
    await supervisor.settled();
    expect(supervisor.page.url()).toContain('metric=activations');
    expect(supervisor.page.url()).toContain('by=channel');
    const figure = async (person: Person) =>
      Number((await person.page.locator('.figure button.link').first().innerText()).replaceAll(',', ''));
    const whole = await figure(leader);
    expect(await figure(supervisor)).toBeLessThan(whole);
    const marketing = await Person.signedIn('marketing');
    const seen = (await (await marketing.context.request.get('/api/v1/views')).json()) as { name: string }[];
    expect(seen.map((view) => view.name)).not.toContain(name);
    await marketing.finish();

    await leader.page.getByRole('button', { name: `修改视图 ${name}` }).click();
    await leader.page.getByLabel('视图名称').fill(`${name} 二`);
    await verb(leader, '保存').click();
    await leader.page.locator('.ant-drawer-footer').waitFor({ state: 'hidden' });
    await leader.page.getByRole('button', { name: '我的视图' }).click();
    await leader.page.getByRole('button', { name: `删除视图 ${name} 二` }).click();
    await leader.page.getByRole('dialog').getByRole('button', { name: '删除', exact: true }).click();
    await leader.page.getByRole('link', { name: `${name} 二` }).waitFor({ state: 'detached' });
    await leader.finish();
    await supervisor.finish();
  });

  it('is sent by mail in a rhythm, and ends when it is ended', async () => {
    // R6.38
    const name = `周报 ${Date.now().toString(36)}`;
    const person = await Person.signedIn('supervisor');
    await person.open('/volume?by=outlet');
    await person.page.getByRole('button', { name: '我的视图' }).click();
    await person.page.getByRole('button', { name: '保存当前页面为视图' }).click();
    await person.page.getByLabel('视图名称').fill(name);
    await verb(person, '保存').click();
    await person.page.getByText('视图已保存').waitFor();
    await person.page.getByRole('button', { name: '我的视图' }).click();
    await person.page.getByRole('button', { name: `邮件订阅 ${name}` }).click();
    await person.page.getByLabel('邮箱地址').fill('not-an-address');
    await verb(person, '订阅').click();
    await person.page.getByText('请填写邮箱地址，如 name@example.com').waitFor();
    await person.page.getByLabel('邮箱地址').fill('supervisor@example.com');
    await person.accessible('a subscription');
    await person.shot('views-mail');
    await verb(person, '订阅').click();
    await person.page.getByText('已订阅，第一封邮件随即发出').waitFor();
    for (let tries = 0; tries < 60; tries += 1) {
      const held = (await (await person.context.request.get('/api/v1/me/mailings')).json()) as { view_name: string; last_state: string }[];
      if (held.find((one) => one.view_name === name)?.last_state === 'sent') break;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    await person.open('/account');
    const row = person.page.locator('li', { hasText: name });
    await row.getByText(/最近一封：2026-08-24 起的数字，已发送/).waitFor();
    await person.shot('views-mailings', true);
    await row.getByRole('button', { name: '取消订阅' }).click();
    await person.page.getByRole('dialog').getByRole('button', { name: '取消订阅' }).click();
    await row.waitFor({ state: 'detached' });
    await person.finish();
  });

  it('of a list keeps filters, order and columns under a name', async () => {
    // R6.38
    const name = `列表 ${Date.now().toString(36)}`;
    const person = await Person.signedIn('supervisor');
    await person.open('/outlets?grade=A&sort=-name');
    const heads = () => person.page.locator('thead th').allInnerTexts();
    const all = await heads();
    await person.page.getByRole('button', { name: '列设置' }).click();
    const boxes = person.page.locator('.ant-popover').getByRole('checkbox');
    const hidden = (await person.page.locator('.ant-popover label').nth(2).innerText()).trim();
    await boxes.nth(2).click();
    await person.page.keyboard.press('Escape');
    await person.page.locator('h1').click();
    await person.page.getByRole('button', { name: '我的视图' }).click();
    await person.page.getByRole('button', { name: '保存当前页面为视图' }).click();
    await person.page.getByLabel('视图名称').fill(name);
    await verb(person, '保存').click();
    await person.page.getByText('视图已保存').waitFor();

    await person.page.getByRole('button', { name: '列设置' }).click();
    await person.page.getByRole('button', { name: '恢复默认' }).click();
    await person.open('/outlets');
    expect(await heads()).toEqual(all);
    await person.page.getByRole('button', { name: '我的视图' }).click();
    await person.shot('views-list');
    await person.page.getByRole('link', { name }).click();
    await person.settled();
    expect(person.page.url()).toContain('grade=A');
    expect(person.page.url()).toContain('sort=-name');
    expect((await heads()).map((head) => head.trim())).not.toContain(hidden);
    await person.finish();
  });
});

// 经营分析: development, main push, size of the channel, funnel, holidays, grades, targets; and the own place on the volume page.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

const PAGES: [string, string, string][] = [
  // R1.38: new users by day, channel type, outlet, plan and handset, with comparison and retention
  ['development', '/analysis/development', '发展量分析'],
  // R1.39
  ['main-push', '/analysis/main-push', '主推分析'],
  // R1.2
  ['channel', '/analysis/channel', '渠道规模'],
  ['channel-partners', '/analysis/channel?of=partners&by=tier', '渠道规模'],
  // R6.39
  ['funnel', '/analysis/funnel', '漏斗'],
  // R4.35
  ['holidays', '/analysis/holidays', '节假日'],
  // R7.114
  ['grades', '/analysis/grades', '网点分级'],
  // R7.2
  ['targets', '/analysis/targets', '目标完成'],
  ['targets-list', '/analysis/targets?tab=list', '目标完成'],
];

for (const look of LOOKS) {
  test.concurrent(`the pages of analysis, ${look.name}`, { timeout: 300_000 }, async () => {
    // R1.38, R1.39, R1.2, R6.39, R4.35, R7.114, R7.2
    const person = await Person.reading('leader', look);
    for (const [name, path, title] of PAGES) {
      await person.open(path);
      if (look.lang !== 'en') expect(await person.page.locator('h1').innerText()).toBe(title);
      expect(await person.page.locator('.state-box[role=alert]').count(), name).toBe(0);
      await person.shot(`analysis-${name}-${look.name}`, true);
      await person.accessible(name);
    }
    await person.finish();
  });
}

test('the pages of analysis on a phone', { timeout: 120_000 }, async () => {
  const person = await Person.signedIn('leader', { size: [390, 844], lang: 'zh-CN' });
  for (const [name, path] of PAGES.filter(([name]) => ['development', 'grades', 'holidays'].includes(name))) {
    await person.open(path);
    await person.shot(`analysis-${name}-narrow`, true);
    await person.accessible(name);
    const wide = await person.page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
    expect(wide, `${name} does not scroll sideways`).toBe(false);
  }
  await person.finish();
});

test('cohorts are shares and numbers, and a figure opens to its business', { timeout: 90_000 }, async () => {
  // R1.38
  const person = await Person.signedIn('leader');
  await person.open('/analysis/development');
  const first = await person.page.locator('.heat-table tbody tr').first().locator('td.heat').first().innerText();
  expect(first).toMatch(/^\d+%\s+[\d,]+$/);
  await person.page.locator('.home-figures button.link').first().click();
  await person.settled();
  expect(await person.page.locator('.ant-drawer').innerText()).toMatch(/共 \d+ 条/);
  await person.finish();
});

test('the funnel has four steps, each with its rate', { timeout: 90_000 }, async () => {
  // R6.39
  const person = await Person.signedIn('leader');
  await person.open('/analysis/funnel');
  const steps = await person.page.locator('.funnel li').allInnerTexts();
  expect(steps).toHaveLength(4);
  expect(steps[1]).toMatch(/%/);
  expect(steps[3]).toMatch(/单均 ¥/);
  await person.finish();
});

test('outlets below their main-push target are listed with a file of them', { timeout: 90_000 }, async () => {
  // R1.39
  const person = await Person.signedIn('leader');
  await person.open('/analysis/main-push?below=true');
  const rows = person.page.locator('.ant-table-tbody tr.ant-table-row');
  const shown = await rows.count();
  expect(shown).toBeGreaterThan(0);
  expect(await rows.first().innerText()).toContain('低于目标');
  const file = await person.context.request.get('/api/v1/main-push/outlets/export?from=2026-08-01&to=2026-08-31&below=true&format=csv');
  expect((await file.text()).split('\n')[0]).toContain('主推占比');
  await person.finish();
});

test('the grid of grades adds up, filters the list and leads to the outlet', { timeout: 90_000 }, async () => {
  // R7.114
  const person = await Person.signedIn('supervisor');
  await person.open('/analysis/grades');
  const counts = (await person.page.locator('.grade-field .figure').allInnerTexts()).map(Number);
  expect(counts).toHaveLength(4);
  await person.page.locator('.grade-field.eliminate').click();
  await person.settled();
  expect(await person.page.locator('.list-tools').innerText()).toContain(`共 ${counts[2]} 条`);
  await person.page.locator('.grade-field.eliminate').click();
  await person.settled();
  await person.page.locator('.ant-table-tbody tr.ant-table-row a').first().click();
  await person.settled();
  expect(person.page.url()).toContain('/outlets?id=');
  await person.finish();
});

test('grades are for managers alone', { timeout: 60_000 }, async () => {
  // R7.114
  const person = await Person.signedIn('partner');
  const refused = await person.context.request.get('/api/v1/outlet-grades');
  expect(refused.status()).toBe(403);
  await person.finish();
});

test('a target is set, changed by who saw it, uploaded and taken away', { timeout: 120_000 }, async () => {
  // R7.2
  const person = await Person.signedIn('marketing');
  const outlets = (await (await person.context.request.get('/api/v1/outlets?limit=1')).json()) as { items: { code: string }[] };
  const code = outlets.items[0]!.code;
  const month = '2026-10';
  await person.open(`/analysis/targets?tab=list&month=${month}`);
  await person.page.getByRole('button', { name: '设定目标' }).click();
  const drawer = person.page.locator('.ant-drawer-open');
  await drawer.getByLabel('编码').fill(code);
  await drawer.getByLabel(/目标值/).fill('120');
  await person.shot('analysis-target-set');
  await drawer.getByRole('button', { name: '设定目标' }).click();
  await person.page.locator('.ant-table-row', { hasText: code }).waitFor();
  const headers = { 'X-Qudao': '1', 'Accept-Language': 'zh-CN' };
  const target = { metric: 'effective_orders', of: 'outlet', code, month };
  const stale = await person.context.request.put('/api/v1/metrics/target', {
    headers: { ...headers, 'If-Match': '"7"' },
    data: { ...target, value: 1 },
  });
  expect(stale.status()).toBe(409);
  const file = join(mkdtempSync(join(tmpdir(), 'targets-')), 'targets.csv');
  writeFileSync(file, `月份,指标,对象,编码,目标值\n${month},生效业务量,网点,${code},150\n${month},主推占比,网点,NOWHERE,45%\n`);
  await person.page.getByRole('button', { name: '上传目标' }).click();
  await person.page.locator('.ant-drawer-open input[type=file]').setInputFiles(file);
  await person.page.locator('.ant-drawer-open').getByRole('button', { name: '上传目标' }).click();
  await person.page.getByText(/第 3 行/).waitFor();
  await person.shot('analysis-target-faults');
  writeFileSync(file, `月份,指标,对象,编码,目标值\n${month},生效业务量,网点,${code},150\n`);
  const taken = await person.context.request.post('/api/v1/metrics/targets/upload', {
    headers: { ...headers, 'Content-Type': 'text/csv' },
    data: `月份,指标,对象,编码,目标值\n${month},生效业务量,网点,${code},150\n`,
  });
  expect(await taken.json()).toEqual({ taken: 1, faults: [] });
  await person.open(`/analysis/targets?tab=list&month=${month}`);
  const row = person.page.locator('.ant-table-row', { hasText: code });
  expect(await row.innerText()).toContain('150');
  await row.getByRole('button', { name: '删除目标' }).click();
  await person.page.locator('.ant-drawer-open').getByRole('button', { name: '删除目标' }).click();
  await row.waitFor({ state: 'detached' });
  await person.finish();
});

test('whoever has a part of the network sees its own place first', { timeout: 120_000 }, async () => {
  // R1.12
  for (const login of ['store', 'channel', 'partner'] as const) {
    const person = await Person.signedIn(login);
    await person.open('/volume');
    expect(await person.page.locator('.ranking.pinned li.own').first().innerText(), login).toMatch(/第 \d+ 名，共 \d+/);
    await person.shot(`volume-own-${login}`, true);
    await person.accessible(`volume as ${login}`);
    await person.finish();
  }
});

test('areas open down to outlets, and the rows behind a figure become a file', { timeout: 120_000 }, async () => {
  // R1.12
  const person = await Person.signedIn('leader');
  await person.open('/volume');
  await person.page.locator('.tiles button').first().click();
  await person.page.locator('.tiles .tile').first().waitFor();
  await person.page.locator('.figure button.link').first().click();
  await person.settled();
  await person.page.locator('.ant-drawer-open').getByRole('button', { name: '导出' }).click();
  await person.page.getByRole('menuitem', { name: '导出 CSV' }).click();
  await person.page.getByText(/导出完成/).waitFor({ timeout: 60_000 });
  await person.finish();
});

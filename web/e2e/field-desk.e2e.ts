// The desk of the field day: a plan proposed, moved and printed, visits looked at, diaries sent and answered.
import { afterAll, expect, test } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { downloaded, rowsOf, verb } from './hands';

afterAll(closeBrowser);

const PAGES = [
  '/field/plan',
  '/field/compare',
  '/field/visits',
  '/field/review',
  '/field/promises',
  '/field/diary',
  '/field/diaries',
  '/field/summary',
  '/field/team',
  '/field/map',
  '/field/map?layer=last',
  '/field/notes',
  '/field/checklists',
];

interface Known {
  manager: string;
  today: string;
}

/** A manager of the team with a plan, and what day it is. */
async function known(person: Person): Promise<Known> {
  const read = async <T>(path: string) => (await (await person.context.request.get(`/api/v1${path}`)).json()) as T;
  const { today } = await read<{ today: string }>('/me');
  const { rows } = await read<{ rows: { manager: string; outlets: number }[] }>(`/field/team?from=${today}&to=${today}`);
  return { manager: rows.find((row) => row.outlets > 0)!.manager, today };
}

for (const look of LOOKS) {
  test.concurrent(`the desk of the field day, ${look.name}`, { timeout: 240_000 }, async () => {
    // R7.38 R7.33 R7.77 R2.14
    const person = await Person.reading('supervisor', look);
    const { manager, today } = await known(person);
    for (const path of [...PAGES, `/field/route/${manager}/${today}`, `/field/replay?manager=${manager}&day=${today}`]) {
      await person.open(path);
      const name = path.replace(/\W+/g, '-');
      await person.shot(`desk${name}-${look.name}`, true);
      await person.accessible(path);
    }
    await person.finish();
  });
}

test('four weeks are proposed, moved by hand, taken back, exported and printed', { timeout: 180_000 }, async () => {
  // R7.38
  const person = await Person.signedIn('supervisor');
  const { page } = person;
  const { manager } = await known(person);
  await person.open(`/field/plan?manager=${manager}`);
  await page.getByRole('button', { name: /^(生成计划|重新生成)$/ }).click();
  expect(await page.locator('.ant-drawer-open').innerText()).toContain('手工安排');
  await verb(person, '生成计划').click();
  await page.locator('.ant-message', { hasText: '计划已生成' }).waitFor();
  await person.settled();

  // By the menu, which the keyboard opens as well.
  const stop = page.getByRole('button', { name: /^调整 / }).last();
  const [name, from] = (await stop.getAttribute('aria-label'))!.replace('调整 ', '').split(/ (?=\d{4}-)/) as [string, string];
  await stop.press('Enter');
  await page.getByRole('menuitem', { name: '移到前一工作日' }).click();
  await page.getByRole('button', { name: `调整 ${name} ${from}` }).waitFor({ state: 'detached' });
  const undo = page.getByRole('button', { name: '撤销上一步' });
  await undo.click();
  await page.getByRole('button', { name: `调整 ${name} ${from}` }).waitFor();

  // By hand.
  const days = page.locator('.board td').filter({ has: page.locator('.board-stop') });
  const [last, before] = [days.last(), days.nth((await days.count()) - 2)];
  const [here, other] = [await last.locator('li').count(), await before.locator('li').count()];
  await last.locator('.board-stop').first().dragTo(before.locator('.board-day'));
  await expect.poll(async () => [await last.locator('li').count(), await before.locator('li').count()]).toEqual([here - 1, other + 1]);
  await person.accessible('a plan moved');

  const file = await downloaded(person, () => page.getByRole('button', { name: '导出', exact: true }).click());
  expect(rowsOf(file.bytes)[0]).toContain('网点编码');
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.page-head .actions').isVisible()).toBe(false);
  expect(await page.locator('.board').isVisible()).toBe(true);
  await person.shot('desk-plan-printed', true);
  expect((await page.pdf({ preferCSSPageSize: true })).subarray(0, 5).toString()).toBe('%PDF-');
  await person.finish();
});

test('the route of a day is on the map with its times', { timeout: 90_000 }, async () => {
  // R7.38
  const person = await Person.signedIn('supervisor');
  const { manager } = await known(person);
  await person.open(`/field/plan?manager=${manager}`);
  await person.page.getByRole('link', { name: /路线$/ }).last().click();
  await person.settled();
  await person.page.locator('.chart').first().waitFor();
  expect(await person.page.getByRole('row').nth(1).innerText()).toMatch(/\d\d:\d\d/);
  await person.finish();
});

test('a held visit is looked at and decided with a reason', { timeout: 120_000 }, async () => {
  // N44
  const person = await Person.signedIn('supervisor');
  const { page } = person;
  await person.open('/field/review');
  const row = page.locator('.ant-table-tbody tr.ant-table-row').first();
  const visit = row.getByRole('link').first();
  await visit.click();
  await person.settled();
  expect(await page.getByRole('alert').first().innerText()).toContain('需要主管确认');
  await person.shot('desk-visit', true);
  await person.accessible('a visit');
  const photo = page.locator('.photos button').first();
  await photo.click();
  await page.locator('.viewer figcaption').waitFor();
  await person.accessible('a photo');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '审定', exact: true }).click();
  await page.locator('.ant-drawer-open').getByRole('radio', { name: '计入', exact: true }).check();
  await page.locator('.ant-drawer-open').getByLabel('原因').fill('已与店主电话核实');
  await verb(person, '审定').click();
  await page.getByText('已与店主电话核实').waitFor();
  await page.getByRole('link', { name: '拜访回放' }).click();
  await person.settled();
  await page.getByRole('button', { name: '上一次拜访' }).waitFor();
  await person.finish();
});

test('a diary is sent with tasks put off, and answered', { timeout: 150_000 }, async () => {
  // R7.33 R7.96
  const manager = await Person.signedIn('channel');
  await manager.open('/field/diary');
  const today = (await known(manager)).today;
  await manager.page.getByRole('button', { name: /^(提交日报|重新提交)$/ }).click();
  const drawer = manager.page.locator('.ant-drawer-open');
  const later = new Date(Date.parse(`${today}T00:00:00Z`) + 2 * 86_400_000).toISOString().slice(0, 10);
  const boxes = drawer.getByRole('checkbox', { name: '改期' });
  for (let at = 0; at < (await boxes.count()); at += 1) {
    await boxes.nth(at).check();
    const to = drawer.getByLabel('改到', { exact: true }).nth(at);
    await to.fill(later);
    await to.press('Enter');
    await drawer.getByLabel('原因').nth(at).fill('等物料到货');
  }
  await drawer.getByLabel('补充说明').fill('今天主推意愿提高');
  await verb(manager, '提交日报').click();
  await manager.page.locator('.page-head', { hasText: '已提交' }).waitFor();
  await manager.accessible('a diary sent');
  await manager.finish();

  const supervisor = await Person.signedIn('supervisor');
  await supervisor.open(`/field/diaries?day=${today}`);
  await supervisor.page.locator('tr', { hasText: '今天主推意愿提高' }).getByRole('button').first().click();
  await supervisor.settled();
  await supervisor.accessible('a diary beside the list');
  await supervisor.page.locator('.ant-drawer-open').getByRole('button', { name: '批阅', exact: true }).click();
  await supervisor.page.getByLabel('批阅意见').fill('辛苦了，物料我来催');
  await verb(supervisor, '批阅').click();
  await supervisor.page.locator('.ant-drawer-open .ant-alert', { hasText: '辛苦了，物料我来催' }).waitFor();
  await supervisor.shot('desk-diary-answered');
  await supervisor.finish();
});

test('a promise is closed, and an outlet tells of its visits', { timeout: 90_000 }, async () => {
  // R7.77
  const person = await Person.signedIn('channel');
  await person.open('/field/promises?open=true');
  const row = person.page.locator('.ant-table-tbody tr.ant-table-row').last();
  await row.getByRole('button', { name: /^办结/ }).click();
  await verb(person, '办结').click();
  await person.page.locator('.ant-message', { hasText: '已保存' }).waitFor();
  await person.open('/field/visits');
  await person.page.locator('.ant-table-tbody tr.ant-table-row').first().getByRole('link').nth(1).click();
  await person.settled();
  await person.page.getByRole('heading', { name: '最近拜访' }).waitFor();
  await person.shot('desk-outlet', true);
  await person.accessible('an outlet with its visits');
  await person.finish();
});

// A late file for a published month: the month is settled again by two people, and what differs is stated with the month after it.
// R0.13 R0.14 R0.35 R1.40
import { afterAll, expect, it } from 'vitest';
import { closeBrowser, Person } from './browser';

afterAll(closeBrowser);

const MONTH = '2026-07';
const HEADERS = { 'X-Qudao': '1' };

/** The outlet of the store manager of the demo. */
async function outlet(): Promise<string> {
  const store = await Person.signedIn('store');
  const me = (await (await store.context.request.get('/api/v1/me')).json()) as { roles: { over: string }[] };
  await store.finish();
  return me.roles[0]!.over;
}

it('a month is settled again for a late file, and only differences are stated', async () => {
  const shop = await outlet();
  const stamp = Date.now();
  const late = Array.from({ length: 20 }, (_, at) => `LATE-${stamp}-${at},续约,${MONTH}-15,${shop},139000${10_000 + at},128.00,12`);
  const file = Buffer.from(`${['流水号,类型,发生日期,网点,用户号码,套餐月费,合约月数', ...late].join('\n')}\n`);

  const clerk = await Person.signedIn('settlement');
  await clerk.open('/imports');
  await clerk.page.getByRole('button', { name: '上传文件' }).first().click();
  const name = `迟到的续约-${stamp}.csv`;
  await clerk.page.locator('.ant-drawer input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: file });
  await clerk.page.locator('.ant-drawer-footer').getByRole('button', { name: '上传' }).click();
  await clerk.page.getByRole('heading', { level: 1, name }).waitFor();
  await clerk.settled();
  await clerk.page.getByRole('button', { name: '检查（不保存）' }).click();
  await clerk.page.getByText('收到 20 = 接受 20 + 拒绝 0').waitFor({ timeout: 60_000 });
  await clerk.page.getByRole('button', { name: /^(导入|只导入正确的行)$/ }).click();
  await clerk.page.getByText(/已导入为批次/).waitFor({ timeout: 60_000 });

  await clerk.open(`/settlement/periods/${MONTH}`);
  await clerk.page.getByRole('button', { name: '申请重算' }).click();
  const drawer = clerk.page.locator('.ant-drawer-open');
  await drawer.locator('.ant-drawer-footer').getByRole('button', { name: '申请重算' }).click();
  await drawer.locator('.ant-form-item-explain-error').waitFor();
  await drawer.locator('textarea').fill('一批续约迟到，补计续约酬金');
  await drawer.locator('.ant-drawer-footer').getByRole('button', { name: '申请重算' }).click();
  await clerk.page
    .getByText(/等待审批/)
    .first()
    .waitFor();
  expect(await clerk.page.getByRole('button', { name: '批准' }).isDisabled(), 'whoever asks does not approve').toBe(true);
  await clerk.accessible('a re-run that waits');
  await clerk.finish();

  const checker = await Person.signedIn('settlement2');
  await checker.open(`/settlement/periods/${MONTH}`);
  await checker.page.getByRole('button', { name: '批准' }).click();
  await checker.page.locator('.ant-drawer-footer').getByRole('button', { name: '批准' }).click();
  await checker.page.getByText(/第 \d+ 次重算：\d+ 行不同，补/).waitFor({ timeout: 240_000 });
  await checker.shot('settlement-again-zh', true);
  await checker.accessible('a month that was settled again');
  const month = (await (await checker.context.request.get(`/api/v1/periods/${MONTH}`, { headers: HEADERS })).json()) as {
    reruns: { post_in: string; rows: number; up: number; down: number }[];
  };
  const last = month.reruns.at(-1)!;
  expect(last.post_in).toBe('2026-08');
  expect(last.rows).toBeGreaterThan(0);
  await checker.finish();
}, 400_000);

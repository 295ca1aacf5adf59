// From an uploaded file to published statements, in the browser alone.
// R0.7 R0.13 R0.14 R1.14 R1.40 R1.44 R0.33 R5.16
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

const MONTH = '2026-08';

async function choose(person: Person, label: string, option: string): Promise<void> {
  await person.page.getByRole('combobox', { name: label, exact: true }).click();
  await person.page.keyboard.insertText(option);
  await person.page.keyboard.press('Enter');
}

async function bring(person: Person, name: string, content: Buffer): Promise<void> {
  await person.page.getByRole('button', { name: '上传文件' }).first().click();
  await person.page.locator('.ant-drawer input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: content });
  await person.page.locator('.ant-drawer-footer').getByRole('button', { name: '上传' }).click();
}

/** An outlet of the demo: the one the store manager stands in. */
async function outlet(): Promise<string> {
  const store = await Person.signedIn('store');
  const me = (await (await store.context.request.get('/api/v1/me')).json()) as { roles: { over: string }[] };
  await store.finish();
  return me.roles[0]!.over;
}

const HEADERS = { 'X-Qudao': '1' };

/** A dispute of the partner's that two people uphold: its number, and the partner. */
async function upheld(fen: number): Promise<{ id: string; partner: string }> {
  const partner = await Person.signedIn('partner');
  const call = partner.context.request;
  const { who } = (await (await call.get('/api/v1/my/payments')).json()) as { who: { account: string } };
  const zeros = (await (await call.get(`/api/v1/statements/2026-07/${who.account}/unpaid?limit=500`)).json()) as {
    items: { policy: string; component: string; basis: string; dispute: string | null }[];
  };
  const { policy, component, basis } = zeros.items.findLast((row) => row.dispute === null)!;
  const wish = { period: '2026-07', partner: who.account, policy, component, basis, kind: 'zero', claim: '客户当天已实名' };
  const raised = await call.post('/api/v1/disputes', { headers: { ...HEADERS, 'Idempotency-Key': `e2e-${Date.now()}` }, data: wish });
  expect(raised.status()).toBe(201);
  const { id } = (await raised.json()) as { id: string };
  await partner.finish();
  const steps = [
    ['settlement', 'answer', '"1"', { uphold: fen, reason: '核实已实名' }],
    ['settlement2', 'decision', '"2"', { approve: true }],
  ] as const;
  for (const [login, step, version, data] of steps) {
    const person = await Person.signedIn(login);
    const done = await person.context.request.post(`/api/v1/disputes/${id}/${step}`, {
      headers: { ...HEADERS, 'If-Match': version },
      data,
    });
    expect(done.status(), step).toBe(200);
    await person.finish();
  }
  return { id, partner: who.account };
}

describe('a settlement clerk', () => {
  it('is told what is wrong with a file', async () => {
    // R0.14
    const person = await Person.signedIn('settlement');
    await person.open('/imports');
    await bring(person, '照片.csv', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70]));
    await person.page.getByText('照片.csv 是图片，不是数据表').waitFor();
    await person.shot('imports-photo');
    await person.page
      .locator('.ant-drawer input[type=file]')
      .setInputFiles({ name: '空.csv', mimeType: 'text/csv', buffer: Buffer.from('\n') });
    await person.page.locator('.ant-drawer-footer').getByRole('button', { name: '上传' }).click();
    await person.page.getByText(/空\.csv 是空的/).waitFor();
    await person.finish();
  });

  it('brings a file, maps it, checks it, loads its good rows and withdraws nothing by accident', async () => {
    // R0.14, R0.7
    const shop = await outlet();
    const stamp = Date.now();
    const rows = [
      '流水号,类型,办理时间,网点,用户号码,金额,备注',
      `E2E-${stamp}-1,充值,2026-08-20,${shop},13900000001,50.00,`,
      `E2E-${stamp}-2,话费充值啦,2026-08-21,${shop},13900000002,30.00,`,
      `E2E-${stamp}-3,充值,8月32日,${shop},13900000003,30.00,`,
    ];
    const person = await Person.signedIn('settlement');
    await person.open('/imports');
    await bring(person, `业务事件-${stamp}.csv`, Buffer.from(`${rows.join('\n')}\n`));
    await person.page.getByRole('heading', { level: 1, name: `业务事件-${stamp}.csv` }).waitFor();
    await person.settled();
    await person.page.getByText('缺少必需的列').waitFor();
    expect(await person.page.getByRole('button', { name: '检查（不保存）' }).isDisabled()).toBe(true);
    await choose(person, '对应列 办理时间', '发生日期 · 必需');
    await choose(person, '话费充值啦', '充值');
    await person.page.getByRole('button', { name: '保存对应关系' }).click();
    await person.page.getByText('对应关系已保存').waitFor();
    await person.settled();
    await person.page.getByRole('button', { name: '检查（不保存）' }).click();
    await person.page.getByText('收到 3 = 接受 2 + 拒绝 1').waitFor({ timeout: 60_000 });
    await person.page.getByRole('cell', { name: '8月32日', exact: true }).waitFor();
    await person.settled();
    await person.page.mouse.move(700, 5);
    await person.accessible('an upload that was checked');
    await person.shot('imports-checked', true);
    const [download] = await Promise.all([person.page.waitForEvent('download'), person.page.getByText('下载被拒绝的行').click()]);
    expect(await download.failure()).toBeNull();
    await person.page.getByRole('button', { name: '只导入正确的行' }).click();
    await person.page.getByText(/已导入为批次/).waitFor({ timeout: 60_000 });
    await person.open('/imports');
    await person.page.getByRole('button', { name: `业务事件-${stamp}.csv` }).click();
    await person.page.getByRole('button', { name: '撤回批次' }).click();
    await person.page.locator('.ant-drawer-footer').getByRole('button', { name: '撤回批次' }).click();
    await person.page.getByText('请填写原因').waitFor();
    await person.finish();
  });

  it('tries the month, looks at what stands out, and another person publishes it', async () => {
    // R1.40, R0.13, R1.14, R0.24
    const dispute = await upheld(4321);
    const clerk = await Person.signedIn('settlement');
    await clerk.open(`/settlement/periods/${MONTH}`);
    await clerk.page.getByRole('button', { name: '试算' }).first().click();
    // a lost connection does not lose the job: the page comes back to it
    await clerk.page.waitForURL(/job=/);
    await clerk.page.reload();
    await clerk.page.getByText('已试算').first().waitFor({ timeout: 120_000 });
    await clerk.settled();
    await clerk.accessible('a month that was tried');
    await clerk.shot('settlement-tried', true);
    const review = clerk.page.getByRole('button', { name: /^核查/ });
    const submit = clerk.page.getByRole('button', { name: '提交发布' });
    for (let left = 100; left > 0; left -= 1) {
      await clerk.open(`/settlement/periods/${MONTH}?state=open`);
      if (await submit.isEnabled()) break;
      await review.first().click();
      await clerk.page.getByLabel('核查说明').fill('已与业务部门核对，情况属实');
      await clerk.page.locator('.ant-drawer-footer').getByRole('button', { name: '核查' }).click();
      await clerk.page.locator('.ant-drawer-footer').waitFor({ state: 'hidden' });
    }
    // what somebody else changed meanwhile is told, and nothing is overwritten
    const stale = await clerk.context.request.post(`/api/v1/periods/${MONTH}/submit`, {
      headers: { 'X-Qudao': '1', 'If-Match': '"999"' },
      data: { note: '' },
    });
    expect([stale.status(), ((await stale.json()) as { code: string }).code]).toEqual([409, 'settle.period.stale']);
    await submit.click();
    await clerk.page.locator('.ant-drawer-footer').getByRole('button', { name: '提交发布' }).click();
    await clerk.page
      .getByText(/等待审批/)
      .first()
      .waitFor();
    expect(await clerk.page.getByRole('button', { name: '批准' }).isDisabled()).toBe(true);
    await clerk.finish();

    const checker = await Person.signedIn('settlement2');
    await checker.open(`/settlement/periods/${MONTH}`);
    await checker.page.getByRole('button', { name: '批准' }).click();
    await checker.page.locator('.ant-drawer-footer').getByRole('button', { name: '批准' }).click();
    await checker.page.getByText(/份对账单已发布/).waitFor({ timeout: 120_000 });
    await checker.shot('settlement-published', true);
    const found = await checker.context.request.get(`/api/v1/ledger/journals?about=${MONTH}`);
    expect(((await found.json()) as { total: number }).total).toBeGreaterThan(0);
    // what was upheld stands in the statement of the month, with a way back, and is posted
    await checker.open(`/statements/${MONTH}/${dispute.partner}`);
    await checker.shot('statement-adjusted-zh', true);
    await checker.page.getByRole('link', { name: dispute.id }).click();
    await checker.page.getByRole('link', { name: /已计入/ }).waitFor();
    const account = await checker.context.request.get(`/api/v1/ledger/accounts/${dispute.partner}/payable?limit=500`);
    const entries = ((await account.json()) as { items: { about: string; reference: string; amount: number }[] }).items;
    const posted = entries.filter((entry) => entry.reference === `adjustment:${dispute.id}`);
    const total = posted.reduce((sum, entry) => sum + entry.amount, 0);
    expect([total, posted.map((entry) => entry.about)]).toEqual([4321, [MONTH]]);
    await checker.open('/ledger');
    await checker.page.getByRole('button', { name: '复核账本' }).click();
    await checker.page.getByText(/复核无误/).waitFor({ timeout: 60_000 });
    await checker.finish();
  }, 400_000);

  it('enters an account that only somebody else can approve', async () => {
    // R0.33
    const clerk = await Person.signedIn('settlement');
    await clerk.open('/payments?tab=accounts');
    const partner = (await (await clerk.context.request.get('/api/v1/bank-accounts?limit=1')).json()) as { items: { partner: string }[] };
    await clerk.page.getByRole('button', { name: '登记收款账户' }).click();
    for (const [label, value] of [
      ['代理商编码', partner.items[0]!.partner],
      ['户名', '演示商行'],
      ['开户行', '演示银行二支行'],
      ['账号', '0000 1111 2222 3333'],
      ['核对的营业执照号', '演示执照二'],
      ['原因', '换开户行'],
    ] as const) {
      await clerk.page.locator('.ant-drawer').getByLabel(label, { exact: true }).fill(value);
    }
    await clerk.page.locator('.ant-drawer-footer').getByRole('button', { name: '登记收款账户' }).click();
    await clerk.page.getByText('****3333').first().waitFor();
    expect(await clerk.page.getByRole('button', { name: '批准' }).first().isDisabled()).toBe(true);
    await clerk.finish();
  });
});

const PAGES = [
  ['imports', '/imports'],
  ['arrivals', '/arrivals?month=2026-07'],
  ['settlement', '/settlement'],
  ['settlement-month', '/settlement/periods/2026-07'],
  ['payments', '/payments'],
  ['payments-batches', '/payments?tab=batches'],
  ['payments-accounts', '/payments?tab=accounts'],
  ['ledger', '/ledger'],
  ['ledger-journals', '/ledger/journals'],
] as const;

describe.each(LOOKS)('pages in $name', ({ name, ...look }) => {
  it.concurrent.each(PAGES)('%s', async (page, path) => {
    const person = await Person.reading('settlement', look);
    await person.open(path);
    await person.accessible(`${page} ${name}`);
    await person.shot(`${page}-${name}`, true);
    await person.finish();
  });
});

// Around a statement: a dispute from the phone to its approval, an invoice from the phone to the payment it waits for, and the pages.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

const SMALL = { phone: true, size: [360, 780] as [number, number] };
const MONTH = '2026-07';
/** One grey pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64');

async function json<T>(person: Person, path: string): Promise<T> {
  const found = await person.context.request.get(`/api/v1${path}`);
  expect(found.ok(), `${path}: ${found.status()}`).toBe(true);
  return (await found.json()) as T;
}

const footer = (person: Person, name: string) => person.page.locator('.ant-drawer-footer').getByRole('button', { name });
const main = (person: Person) => person.page.getByRole('main');

describe('a dispute', () => {
  it('is opened on the phone, answered at the desk, approved by a second person, and heard of', async () => {
    // R1.14 R0.13 R0.21
    const partner = await Person.signedIn('partner', SMALL);
    await partner.open('/m/commission/unpaid');
    const claim = `客户当天已实名 ${Date.now()}`;
    const rows = main(partner).getByRole('link', { name: /实名|回单|预算|封顶/ });
    for (let at = 5; ; at += 1) {
      await rows.nth(at).click();
      await partner.settled();
      if ((await partner.page.getByText(/已提出争议/).count()) === 0) break;
      await partner.open('/m/commission/unpaid');
    }
    await partner.page.getByRole('link', { name: '我有异议' }).click();
    await partner.page.getByLabel('为什么有异议').fill(claim);
    await partner.page.getByRole('button', { name: '提交争议' }).click();
    await partner.page.getByRole('heading', { level: 1, name: '我的争议' }).waitFor();
    const all = await json<{ items: { id: string; claim: string; answer_by: string }[] }>(partner, '/disputes?limit=200');
    const { id } = all.items.find((one) => one.claim === claim)!;
    await partner.finish();

    const desk = await Person.signedIn('settlement');
    await desk.open('/');
    const todo = main(desk).getByRole('link', { name: /待答复的争议/ });
    await todo.waitFor();
    await desk.shot('home-todos-zh');
    await todo.click();
    await desk.page.waitForURL(/\/settlement\/disputes/);
    await desk.open(`/settlement/disputes?id=${id}`);
    await desk.page.getByText(claim).waitFor();
    await desk.accessible('a dispute');
    await desk.shot('dispute-open-zh');
    await desk.page.locator('.ant-drawer').getByRole('button', { name: '答复' }).click();
    await desk.page.getByLabel('调整金额（元）').fill('12.34');
    await desk.page.getByLabel('答复理由').fill('核实已实名，补计酬金');
    await footer(desk, '答复').click();
    await footer(desk, '答复').waitFor({ state: 'hidden' });
    // whoever proposed the amount does not approve it
    await desk.page.locator('.ant-drawer').getByRole('button', { name: '复核通过' }).click();
    expect(await footer(desk, '复核通过').isDisabled()).toBe(true);
    await desk.finish();

    const second = await Person.signedIn('settlement2');
    await second.open('/');
    await main(second)
      .getByRole('link', { name: /待复核的争议金额/ })
      .waitFor();
    await second.open(`/settlement/disputes?id=${id}`);
    await second.page.locator('.ant-drawer').getByRole('button', { name: '复核通过' }).click();
    await footer(second, '复核通过').click();
    await footer(second, '复核通过').waitFor({ state: 'hidden' });
    await second.page.getByText(/将计入20\d\d年/).waitFor();
    await second.shot('dispute-approved-zh');
    await second.finish();

    const heard = await Person.signedIn('partner', SMALL);
    await heard.open('/m/disputes');
    await heard.page
      .getByText(/12\.34/)
      .first()
      .waitFor();
    await heard.shot('phone-partner-dispute-answered-zh');
    await heard.finish();
  }, 120_000);
});

describe('an invoice', () => {
  it('is brought on the phone for a confirmed statement, accepted on the console, and payment waits for it no more', async () => {
    // R0.31 R0.15 R1.44 R0.21
    const partner = await Person.signedIn('partner', SMALL);
    const me = await json<{ who: { account: string } }>(partner, '/my/payments');
    const account = me.who.account;
    await partner.open('/m/');
    await partner.shot('phone-partner-home-todos-zh', true);
    await partner.accessible('partner home with what waits');
    const settlement = await Person.signedIn('settlement');
    const waits = async () => {
      const found = await json<{ statements: { items: { waits: string | null; statement: string }[] } }>(
        settlement,
        `/payment-candidates?month=${MONTH}&q=${account}`,
      );
      return found.statements.items[0]!;
    };
    // nobody gets past the reason: a batch over a statement that waits is refused, whoever sends it
    const refused = await settlement.context.request.post('/api/v1/payments', {
      headers: { 'X-Qudao': '1', 'Idempotency-Key': `e2e-${Date.now()}` },
      data: { month: MONTH, statements: [(await waits()).statement], note: '' },
    });
    expect([refused.status(), ((await refused.json()) as { code: string }).code]).toEqual([409, 'settle.payment.waits']);
    if ((await waits()).waits === 'unconfirmed') {
      await partner.open(`/m/statement?period=${MONTH}`);
      await partner.page.getByRole('button', { name: /确认/ }).click();
      await partner.page.getByText(/已确认，\d{4}-\d\d-\d\d 前付款/).waitFor();
    }
    if ((await waits()).waits === 'disputed') {
      await partner.open(`/m/statement?period=${MONTH}`);
      await partner.page.getByRole('button', { name: '确认其余部分' }).click();
      await partner.page.getByText(/已确认，\d{4}-\d\d-\d\d 前付款/).waitFor();
    }
    expect((await waits()).waits).toBe('invoice');
    await partner.open('/m/payments');
    await partner.page
      .locator('.m-card')
      .filter({ hasText: '2026年7月' })
      .getByRole('link', { name: /上传发票/ })
      .click();
    const number = `9${String(Date.now()).padStart(19, '0')}`;
    await partner.page.getByLabel('发票号码').fill(number);
    await partner.page.locator('input[type=file]').setInputFiles({ name: '发票.png', mimeType: 'image/png', buffer: PIXEL });
    await partner.shot('phone-partner-invoice-zh');
    await partner.accessible('partner invoice');
    await partner.page.getByRole('button', { name: '提交发票' }).click();
    await partner.page.getByText(number).waitFor();
    await partner.finish();

    expect((await waits()).waits, 'an invoice that waits is none yet').toBe('invoice');
    await settlement.open(`/payments?month=${MONTH}&waits=invoice`);
    await settlement.shot('payments-waiting-zh');
    await main(settlement).getByRole('link', { name: '缺发票' }).first().click();
    await settlement.page.waitForURL(/\/settlement\/invoices/);
    await settlement.open(`/settlement/invoices?state=submitted&number=${number}`);
    await settlement.page.getByRole('img', { name: `发票 ${number} 的图片` }).waitFor();
    await settlement.page.locator('.ant-drawer').getByText('与应开票一致').waitFor();
    await settlement.accessible('an invoice');
    await settlement.shot('invoice-open-zh');
    await settlement.page.locator('.ant-drawer').getByRole('button', { name: '退回' }).click();
    await footer(settlement, '退回').click();
    await settlement.page.getByText('请写明原因，代理商会看到').waitFor();
    await settlement.page
      .locator('.ant-drawer-footer')
      .getByRole('button', { name: /取\s*消/ })
      .click();
    await settlement.page.locator('.ant-drawer').getByRole('button', { name: '审核通过' }).click();
    await footer(settlement, '审核通过').click();
    await settlement.page.getByText('已通过').first().waitFor();
    expect((await waits()).waits).not.toBe('invoice');
    await settlement.finish();
  }, 120_000);
});

describe('statements that wait for payment', () => {
  it('show the reason for each, and are paid by two people once nothing is waited for', async () => {
    // R0.31 R1.40
    const clerk = await Person.signedIn('settlement');
    const found = await json<{ ready: number; waiting: Record<string, number> }>(clerk, `/payment-candidates?month=${MONTH}&limit=1`);
    expect(found.ready).toBeGreaterThan(0);
    expect(Object.keys(found.waiting)).toEqual(expect.arrayContaining(['unconfirmed', 'invoice']));
    await clerk.open(`/payments?month=${MONTH}&waits=ready`);
    await clerk.page.locator('tr.ant-table-row .ant-checkbox-input').first().check({ force: true });
    await clerk.page.getByRole('button', { name: '所选 1 份生成批次' }).click();
    await footer(clerk, '生成付款批次').click();
    await clerk.page.getByText('待审批').first().waitFor();
    await clerk.finish();
    const second = await Person.signedIn('settlement2');
    await second.open('/');
    await main(second)
      .getByRole('link', { name: /待审批的付款批次/ })
      .click();
    await second.page.waitForURL(/\/payments/);
    await second.finish();
  }, 60_000);
});

describe.each(LOOKS)('pages around statements in $name', ({ name, ...look }) => {
  it('a statement, what was not paid, the desks and the workbench', async () => {
    // R0.19 R1.13 R0.21
    const person = await Person.signedIn('settlement', look);
    const first = await json<{ items: { partner: string }[] }>(person, `/statements?period=${MONTH}&sort=-unpaid&limit=1`);
    const statement = `/statements/${MONTH}/${first.items[0]!.partner}`;
    const pages = [
      ['statement', statement],
      ['statement-unpaid', `${statement}?tab=unpaid`],
      ['statements', '/settlement/statements'],
      ['invoices', '/settlement/invoices'],
      ['disputes', '/settlement/disputes'],
      ['candidates', '/payments'],
      ['home', '/'],
    ] as const;
    for (const [page, path] of pages) {
      await person.open(path);
      await person.accessible(`${page} ${name}`);
      await person.shot(`${page}-${name}`, true);
    }
    await person.open(`${statement}?tab=unpaid`);
    await main(person).locator('a[href*="/proof"]').first().click();
    await person.page.waitForURL(/\/proof/);
    await person.open(statement);
    await person.page.emulateMedia({ media: 'print' });
    await person.shot(`statement-print-${name}`, true);
    await person.finish();
  }, 120_000);
});

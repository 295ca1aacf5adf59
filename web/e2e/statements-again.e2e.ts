// What settling a month again brought a partner is a statement of its own: confirmed on the phone, invoiced, accepted, and ready to be paid.
// Runs after a month was settled again and the one after it was published.
// R0.31 R0.35 R1.44
import { afterAll, expect, it } from 'vitest';
import { closeBrowser, Person } from './browser';

afterAll(closeBrowser);

const SMALL = { phone: true, size: [360, 780] as [number, number] };
/** One grey pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64');

type Payments = { who: { account: string }; items: { statement: string; period: string; again: boolean; payment: number }[] };

it('a statement of differences is confirmed and invoiced like any other', async () => {
  const partner = await Person.signedIn('partner', SMALL);
  const mine = (await (await partner.context.request.get('/api/v1/my/payments')).json()) as Payments;
  const row = mine.items.find((one) => one.again)!;
  expect(row.statement).toMatch(/^BC202607-/);
  expect(row.payment).toBeGreaterThan(0);

  await partner.open('/m/payments');
  const card = partner.page.locator('.m-card').filter({ hasText: '2026年8月' }).filter({ hasText: '重算差额' });
  await partner.shot('phone-partner-payments-again-zh', true);
  await card.getByRole('link', { name: /确认/ }).click();
  await partner.page.getByText(row.statement).waitFor();
  await partner.accessible('a statement of differences');
  await partner.shot('phone-partner-statement-again-zh', true);
  await partner.page.getByRole('button', { name: /确认/ }).click();
  await partner.page.getByText(/已确认，\d{4}-\d\d-\d\d 前付款/).waitFor();

  await partner.open('/m/payments');
  await card.getByRole('link', { name: /上传发票/ }).click();
  await partner.settled();
  const number = `8${String(Date.now()).padStart(19, '0')}`;
  await partner.page.getByLabel('发票号码').fill(number);
  await partner.page.locator('input[type=file]').setInputFiles({ name: '发票.png', mimeType: 'image/png', buffer: PIXEL });
  await partner.page.getByRole('button', { name: '提交发票' }).click();
  await partner.page.getByText(number).waitFor();
  await partner.finish();

  const desk = await Person.signedIn('settlement');
  await desk.open(`/settlement/invoices?state=submitted&number=${number}`);
  const drawer = desk.page.locator('.ant-drawer-open');
  await drawer.getByText('与应开票一致').waitFor();
  await drawer.getByText(row.statement).first().waitFor();
  await drawer.getByRole('button', { name: '审核通过' }).click();
  await desk.page.locator('.ant-drawer-footer').getByRole('button', { name: '审核通过' }).click();
  await desk.page.getByText('已通过').first().waitFor();
  const candidates = (await (
    await desk.context.request.get(`/api/v1/payment-candidates?month=${row.period}&q=${mine.who.account}`)
  ).json()) as { statements: { items: { statement: string; waits: string | null }[] } };
  const found = candidates.statements.items.find((one) => one.statement === row.statement);
  expect(found?.statement, 'among those that can be paid').toBe(row.statement);
  expect(found?.waits ?? '', 'neither confirmation nor invoice').not.toMatch(/unconfirmed|invoice/);
  await desk.finish();
}, 240_000);

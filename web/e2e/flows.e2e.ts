// Approvals: applying on the phone and at the desk, deciding as whoever holds it, what nobody gets to do, and the pages in every look.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person, type Login } from './browser';

afterAll(closeBrowser);

const SMALL = { phone: true, size: [360, 780] as [number, number] };

const main = (person: Person) => person.page.getByRole('main');
const button = (person: Person, name: string) => main(person).getByRole('button', { name, exact: true });
const drawer = (person: Person) => person.page.locator('.ant-drawer-open').last();
const sheet = (person: Person) => person.page.locator('dialog[open]');

async function json<T>(person: Person, path: string): Promise<T> {
  const found = await person.context.request.get(`/api/v1${path}`);
  expect(found.ok(), `${path}: ${found.status()}`).toBe(true);
  return (await found.json()) as T;
}

let sentBefore = 0;

interface Acted {
  id: string;
  version: number;
  state: string;
}

/** A verb as the server takes it, without the page. */
async function act(person: Person, path: string, data: object | undefined, version?: number): Promise<Acted> {
  const headers: Record<string, string> = { 'X-Qudao': '1', 'Idempotency-Key': `e2e-${Date.now()}-${(sentBefore += 1)}` };
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  const answer = await person.context.request.post(`/api/v1/applications${path}`, { headers, data });
  expect(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return (await answer.json()) as Acted;
}

/** Begins an application and sends it. */
async function begun(login: Login, flow: string, form: object): Promise<Acted> {
  const person = await Person.signedIn(login);
  const draft = await act(person, '', { flow, form });
  const sent = await act(person, `/${draft.id}/submit`, undefined, draft.version);
  await person.finish();
  return sent;
}

const subsidy = { kind: 'staff', amount: 500_000, base_year: 2026, rule: '按新增业务量占比分配', purpose: '开学季促销人员' };

/** The code of somebody's partner. */
async function partnerOf(login: Login): Promise<string> {
  const person = await Person.signedIn(login);
  const me = await json<{ roles: { over: string }[] }>(person, '/me');
  await person.finish();
  return me.roles[0]!.over;
}

const exception = async (harmed = false) => ({
  partner: await partnerOf('partner'),
  request: '延期两天交回单',
  harms_customer: harmed,
  harms_image: false,
  harms_interest: false,
  grounds: '客户已开通，只差纸质回单',
});

/** Presses a verb of a record, fills in its drawer and confirms. */
async function decide(person: Person, name: string, words: { label: string; text: string }): Promise<void> {
  await button(person, name).click();
  await drawer(person).getByLabel(words.label, { exact: true }).fill(words.text);
  await drawer(person).locator('.ant-drawer-footer').getByRole('button', { name, exact: true }).click();
  await drawer(person).waitFor({ state: 'hidden' });
  await person.settled();
}

/** The same on the phone, where all but two verbs are behind a button. */
async function decideOnPhone(person: Person, name: string, words: { label: string; text: string }): Promise<void> {
  const foot = person.page.locator('.m-foot');
  const more = foot.getByRole('button', { name: '更多操作' });
  await more.waitFor();
  const verb = foot.getByRole('button', { name, exact: true });
  if ((await verb.count()) === 0) await more.click();
  await person.page.getByRole('button', { name, exact: true }).last().click();
  await sheet(person).getByLabel(words.label, { exact: true }).fill(words.text);
  await sheet(person)
    .getByRole('button', { name: `确认${name}` })
    .click();
  await sheet(person).waitFor({ state: 'hidden' });
  await person.settled();
}

describe('a deal registration', () => {
  it('is sent from the phone, comes back, is mended, and goes through every hand', async () => {
    // R8.35 R8.36 R8.44 R4.56 R7.97
    const customer = `第一医院 ${Date.now()}`;
    const partner = await Person.signedIn('partner', SMALL);
    await partner.open('/m/applications/new');
    await partner.accessible('phone flows to start');
    await main(partner).getByRole('link', { name: /^报备/ }).click();
    await partner.page.getByRole('button', { name: '提交', exact: true }).waitFor();
    await partner.page.getByRole('button', { name: '提交', exact: true }).click();
    await partner.page.getByText('客户名称不能为空').waitFor();
    await partner.accessible('phone form with mistakes');
    await partner.shot('flows-phone-form-zh', true);
    const over = await partnerOf('partner');
    await partner.page.getByLabel('报备代理商', { exact: true }).first().fill(over);
    await main(partner)
      .getByRole('button', { name: new RegExp(over) })
      .click();
    for (const [label, text] of [
      ['客户名称', customer],
      ['项目名称', '云专线'],
      ['产品', '专线'],
      ['预计金额 (元)', '120,000.50'],
      ['预计签约日期', '2026-12-01'],
    ] as const)
      await partner.page.getByLabel(label, { exact: true }).fill(text);
    await main(partner).getByRole('listitem').filter({ hasText: '主管审批' }).waitFor();
    expect(await partner.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await partner.page.getByRole('button', { name: '提交', exact: true }).click();
    await partner.page.waitForURL(/\/m\/applications\/BB/);
    await partner.settled();
    const id = partner.page.url().split('/').at(-1)!;
    await main(partner).getByText('¥120,000.50').first().waitFor();
    await partner.accessible('phone application');
    await partner.shot('flows-phone-one-zh', true);

    const channel = await Person.signedIn('channel');
    await channel.open('/applications');
    await main(channel).getByRole('link', { name: id }).click();
    await channel.page.getByRole('heading', { level: 1, name: new RegExp(id) }).waitFor();
    await channel.settled();
    await button(channel, '退回').click();
    await drawer(channel).locator('.ant-drawer-footer').getByRole('button', { name: '退回', exact: true }).click();
    await drawer(channel).getByText('请填写，至少 2 个字').waitFor();
    await channel.accessible('return drawer');
    await drawer(channel).getByLabel('原因', { exact: true }).fill('请补客户联系情况');
    await drawer(channel).locator('.ant-drawer-footer').getByRole('button', { name: '退回', exact: true }).click();
    await drawer(channel).waitFor({ state: 'hidden' });
    await main(channel).getByText('已退回').first().waitFor();

    await partner.open('/m/applications?box=mine');
    await main(partner).getByRole('link').filter({ hasText: '已退回' }).first().click();
    await partner.page.waitForURL(new RegExp(id));
    await main(partner).getByText('请补客户联系情况').waitFor();
    await partner.page.getByRole('button', { name: '修改', exact: true }).click();
    await partner.page.getByLabel(/客户联系情况/).fill('已见信息科主任');
    await partner.page.getByRole('button', { name: '提交', exact: true }).click();
    await partner.page.waitForURL(new RegExp(`/m/applications/${id}$`));
    await partner.settled();

    await channel.open(`/applications/${id}`);
    await decide(channel, '同意', { label: '意见', text: '情况属实' });
    await channel.finish();
    const supervisor = await Person.signedIn('supervisor', SMALL);
    await supervisor.open('/m/applications');
    await supervisor.accessible('phone to-dos');
    await supervisor.shot('flows-phone-list-zh');
    await main(supervisor).getByRole('link').filter({ hasText: customer }).click();
    await supervisor.page.waitForURL(new RegExp(id));
    await supervisor.settled();
    await decideOnPhone(supervisor, '同意', { label: '意见', text: '同意报备' });
    await main(supervisor).getByText('已办结').first().waitFor();
    await supervisor.finish();

    await partner.open(`/m/applications/${id}`);
    for (const words of ['情况属实', '同意报备', '已办结']) await main(partner).getByText(words).first().waitFor();
    await partner.finish();
  }, 180_000);
});

describe('a form at the desk', () => {
  it('shows the red line and the way, is kept as a draft, and asks before it is left', async () => {
    // R4.43 R8.35
    const channel = await Person.signedIn('channel');
    await channel.open('/applications/new');
    await channel.page.getByRole('searchbox', { name: '查找流程' }).or(channel.page.getByLabel('查找流程')).first().fill('例外');
    await main(channel)
      .getByRole('link', { name: /例外申请/ })
      .click();
    await channel.page.getByRole('heading', { level: 1, name: '例外申请' }).waitFor();
    await channel.settled();
    await channel.page.getByLabel('请求', { exact: true }).fill('默认勾选增值业务');
    await channel.page.getByRole('group', { name: '是否损害客户利益' }).getByRole('radio', { name: '是', exact: true }).check();
    await channel.page.getByText(/触碰红线，不能批准：损害客户利益/).waitFor();
    await channel.page.getByLabel(/^涉及金额/).fill('8000.005');
    await channel.page.getByText('请输入金额，最多两位小数').waitFor();
    expect(await button(channel, '保存草稿').isDisabled()).toBe(true);
    await channel.page.getByLabel(/^涉及金额/).fill('8000.05');
    await main(channel).getByRole('listitem').filter({ hasText: '领导审批' }).waitFor();
    await channel.accessible('form with a red line');
    await channel.shot('flows-form-zh', true);
    await channel.page.getByRole('link', { name: '文档', exact: true }).click();
    await channel.page.getByRole('dialog').getByRole('button', { name: '继续填写' }).click();
    await button(channel, '保存草稿').click();
    await channel.page.waitForURL(/\/applications\/LW[^/]*\/edit/);
    await channel.settled();
    await expect.poll(() => channel.page.getByLabel(/^涉及金额/).inputValue(), { timeout: 10_000 }).toBe('8000.05');
    await channel.open('/applications?box=mine&state=draft');
    await main(channel).getByText('草稿').first().waitFor();
    await channel.finish();
  }, 120_000);
});

describe('a decision', () => {
  it('is nobody’s on an application of their own, whichever way it comes to them', async () => {
    // R8.35
    const { id } = await begun('supervisor', 'subsidy', subsidy);
    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open(`/applications/${id}`);
    expect(await button(supervisor, '同意').count()).toBe(0);
    await button(supervisor, '催办').waitFor();
    await supervisor.finish();
    const leader = await Person.signedIn('leader');
    await leader.open(`/applications/${id}`);
    await button(leader, '转交').click();
    await drawer(leader).getByLabel('转交给', { exact: true }).fill('supervisor');
    await leader.page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: 'supervisor' }).click();
    await drawer(leader).getByLabel('原因', { exact: true }).fill('外出，请代为处理');
    await drawer(leader).locator('.ant-drawer-footer').getByRole('button', { name: '转交', exact: true }).click();
    await drawer(leader)
      .getByRole('alert')
      .filter({ hasText: /自己的申请/ })
      .waitFor();
    await leader.accessible('refused hand-over');
    await leader.finish();
  }, 120_000);

  it('is made with others, handed over, taken off again, and every line of it stays', async () => {
    // R8.35 R8.44 R0.17
    const { id } = await begun('channel', 'subsidy', subsidy);
    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open(`/applications/${id}`);
    await button(supervisor, '后加签').click();
    await drawer(supervisor).getByLabel('人员', { exact: true }).fill('settlement');
    await supervisor.page
      .locator('.ant-select-dropdown:visible .ant-select-item-option')
      .filter({ hasText: /settlement(?!2)/ })
      .first()
      .click();
    await drawer(supervisor).getByLabel('原因', { exact: true }).fill('请复核金额');
    await drawer(supervisor).locator('.ant-drawer-footer').getByRole('button', { name: '后加签' }).click();
    await drawer(supervisor).waitFor({ state: 'hidden' });
    await button(supervisor, '减签').click();
    await drawer(supervisor).getByLabel('减去的人').click();
    await supervisor.page.locator('.ant-select-dropdown:visible .ant-select-item-option').first().click();
    await drawer(supervisor).locator('.ant-drawer-footer').getByRole('button', { name: '减签' }).click();
    await drawer(supervisor).waitFor({ state: 'hidden' });
    await decide(supervisor, '评论', { label: '评论', text: '材料齐全' });
    await decide(supervisor, '同意', { label: '意见', text: '同意补贴' });
    const history = main(supervisor).getByRole('group', { name: '审批记录' });
    for (const words of ['请复核金额', '材料齐全', '同意补贴']) await history.getByText(words).waitFor();
    await supervisor.finish();
    const leader = await Person.signedIn('leader');
    await leader.open(`/applications/${id}`);
    await decide(leader, '同意', { label: '意见', text: '同意支用' });
    await main(leader).getByText('已办结').first().waitFor();
    await leader.page.emulateMedia({ media: 'print' });
    await leader.shot('flows-print-zh', true);
    await leader.page.emulateMedia({ media: 'screen' });
    // R4.54
    await button(leader, '查看预算').click();
    await leader.page.getByRole('dialog').getByText('¥5,000.00').first().waitFor();
    await leader.finish();

    const settlement = await Person.signedIn('settlement');
    await settlement.open(`/budgets?id=${id}`);
    await settlement.page.getByRole('button', { name: '支用', exact: true }).click();
    await drawer(settlement).getByLabel('金额（元）').fill('5000.01');
    await drawer(settlement).getByLabel('用途').fill('付款单 F1');
    await drawer(settlement).locator('.ant-drawer-footer').getByRole('button', { name: '确认', exact: true }).click();
    await drawer(settlement).getByRole('alert').waitFor();
    await drawer(settlement).getByLabel('金额（元）').fill('3000');
    await drawer(settlement).locator('.ant-drawer-footer').getByRole('button', { name: '确认', exact: true }).click();
    await settlement.page.getByRole('dialog').getByText('¥2,000.00').first().waitFor();
    await settlement.accessible('budget with a movement');
    await settlement.shot('flows-budget-zh');
    await settlement.finish();
  }, 180_000);

  it('that did not know of a later one says so, and goes on from there', async () => {
    // R0.24
    const { id, version } = await begun('channel', 'exception', await exception());
    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open(`/applications/${id}`);
    await button(supervisor, '同意').click();
    await drawer(supervisor).getByLabel('意见', { exact: true }).fill('同意延期');
    const channel = await Person.signedIn('channel');
    await act(channel, `/${id}/comment`, { text: '客户在催', mention: [] }, version);
    await channel.finish();
    const confirm = drawer(supervisor).locator('.ant-drawer-footer').getByRole('button', { name: '同意', exact: true });
    await confirm.click();
    await drawer(supervisor).getByRole('alert').first().waitFor();
    expect(await drawer(supervisor).getByLabel('意见', { exact: true }).inputValue()).toBe('同意延期');
    await confirm.click();
    await drawer(supervisor).waitFor({ state: 'hidden' });
    await main(supervisor).getByText('已办结').first().waitFor();
    await supervisor.finish();
  }, 120_000);

  it('is made on several at once, each by itself', async () => {
    // R8.35 R4.43
    const fine = [await begun('channel', 'exception', await exception()), await begun('channel', 'exception', await exception())];
    const barred = await begun('channel', 'exception', await exception(true));
    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open('/applications?flow=exception&limit=200');
    for (const one of [...fine, barred]) await main(supervisor).getByRole('checkbox', { name: one.id }).check();
    await button(supervisor, '批量同意').click();
    await drawer(supervisor).getByLabel('意见', { exact: true }).fill('同意');
    await supervisor.accessible('batch drawer');
    await drawer(supervisor).getByRole('button', { name: '同意 3 份' }).click();
    const results = supervisor.page.getByRole('dialog').filter({ hasText: '已处理 2 份，未处理 1 份' });
    await results.waitFor();
    await results
      .getByRole('row', { name: new RegExp(barred.id) })
      .getByText(/红线/)
      .waitFor();
    await supervisor.accessible('batch results');
    await supervisor.shot('flows-batch-zh');
    await results.getByRole('button', { name: '知道了' }).click();
    await supervisor.settled();
    expect(await main(supervisor).getByRole('link', { name: fine[0]!.id }).count()).toBe(0);
    await main(supervisor).getByRole('link', { name: barred.id }).click();
    await supervisor.page.waitForURL(new RegExp(barred.id));
    await supervisor.settled();
    await decide(supervisor, '拒绝', { label: '原因', text: '触碰红线' });
    await main(supervisor).getByText('已拒绝').first().waitFor();
    await supervisor.finish();
  }, 180_000);
});

describe('who has nothing to do with it', () => {
  it('sees neither the application nor the pages', async () => {
    // R0.1 R0.15
    const { id } = await begun('channel', 'subsidy', subsidy);
    const partner = await Person.signedIn('partner');
    expect((await partner.context.request.get(`/api/v1/applications/${id}`)).status()).toBe(404);
    await partner.open(`/applications/${id}`);
    await partner.page.getByRole('alert').waitFor();
    await partner.finish();
    const ad = await Person.signedIn('ad');
    await ad.open('/applications');
    await ad.page.getByRole('heading', { level: 1, name: '没有权限' }).waitFor();
    await ad.finish();
  });
});

describe.each(LOOKS)('pages of approvals in $name', ({ name, ...look }) => {
  it('are accessible', async () => {
    // R8.35 R8.44
    const { id } = await begun('channel', 'subsidy', subsidy);
    const supervisor = await Person.signedIn('supervisor', look);
    const pages = [
      ['flows-list', '/applications'],
      ['flows-all', '/applications?box=all'],
      ['flows-new', '/applications/new'],
      ['flows-one', `/applications/${id}`],
      ['flows-start', '/applications/new/sales_contract'],
      ['flows-budgets', '/budgets'],
    ] as const;
    for (const [page, path] of pages) {
      await supervisor.open(path);
      await supervisor.accessible(`${page} ${name}`);
      await supervisor.shot(`${page}-${name}`, true);
    }
    await supervisor.finish();
    const phone = await Person.signedIn('supervisor', { ...SMALL, ...look });
    for (const [page, path] of [
      ['flows-phone-list', '/m/applications'],
      ['flows-phone-one', `/m/applications/${id}`],
      ['flows-phone-start', '/m/applications/new/sales_contract'],
    ] as const) {
      await phone.open(path);
      await phone.accessible(`${page} ${name}`);
      await phone.shot(`${page}-${name}`, true);
      expect(await phone.page.evaluate(() => document.documentElement.scrollWidth), page).toBeLessThanOrEqual(360);
    }
    await phone.finish();
  }, 180_000);
});

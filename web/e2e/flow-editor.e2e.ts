// The flow editor: a flow begins as a copy, gets a step, a mistake is told with its line, two people put it into use, it is applied for and decided, and
// two people take it out of use again.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person, type Login } from './browser';
import { choose, verb } from './hands';

afterAll(closeBrowser);

const STAMP = Date.now();
const CODE = `rent_${STAMP.toString(36)}`;
/** Six capital letters no other flow has. */
const PREFIX = `F${[4, 3, 2, 1, 0].map((at) => String.fromCharCode(65 + (Math.floor(STAMP / 26 ** at) % 26))).join('')}`;
const editor = '.cm-content';

async function json<T>(person: Person, path: string): Promise<T> {
  const found = await person.context.request.get(`/api/v1${path}`);
  expect(found.ok(), `${path}: ${found.status()}`).toBe(true);
  return (await found.json()) as T;
}

/** Changes the draft, and waits until it is kept and checked. */
async function kept(person: Person, change: () => Promise<unknown>): Promise<void> {
  const put = person.page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.url().includes('/api/v1/flow-drafts/'));
  await change();
  await put;
  await person.page.getByText(/^已保存/).waitFor();
}

const tab = (person: Person, name: string) => person.page.getByRole('tab', { name, exact: true }).last().click();

/** Puts another text into the editor, as pasting does. */
const write = (person: Person, text: string) =>
  kept(person, async () => {
    await person.page.locator(editor).click();
    await person.page.keyboard.press('Control+a');
    await person.page.keyboard.insertText(text);
  });

/** Presses a verb of the page, gives a reason and confirms. */
async function act(person: Person, name: string, reason: string, label = '原因'): Promise<void> {
  await person.page.getByRole('button', { name, exact: true }).first().click();
  await person.page.locator('.ant-drawer-open').getByLabel(label, { exact: true }).fill(reason);
  await verb(person, name).click();
  await person.page.locator('.ant-drawer-open').waitFor({ state: 'hidden' });
  await person.settled();
}

/** Agrees to an application without the page. */
async function agree(login: Login, id: string): Promise<string> {
  const person = await Person.signedIn(login);
  const { head } = await json<{ head: { version: number } }>(person, `/applications/${id}`);
  const answer = await person.context.request.post(`/api/v1/applications/${id}/agree`, {
    headers: { 'X-Qudao': '1', 'Idempotency-Key': `e2e-${login}-${id}`, 'If-Match': `"${head.version}"` },
    data: { text: '同意' },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { state } = (await answer.json()) as { state: string };
  await person.finish();
  return state;
}

describe('the flow editor', () => {
  it('takes a flow from a copy into use by two people, through an application, and out of use', async () => {
    // R8.35
    const author = await Person.signedIn('system');
    await author.open('/flow-design');
    await author.accessible('flow design');
    await author.shot('flow-design-zh');
    await author.page.getByRole('button', { name: '新建流程' }).click();
    await choose(author, '底稿', '补贴申请');
    await author.page.locator('.ant-drawer-open').getByLabel('新流程编码').fill(CODE);
    await verb(author, '建立草案').click();
    await author.page.waitForURL(/\/flow-drafts\//);
    await author.settled();

    // the prefix belongs to the flow it was copied from: told with its line, and not to be sent
    await author.page
      .getByRole('button', { name: /^第 \d+ 行$/ })
      .first()
      .waitFor();
    expect(await author.page.getByRole('button', { name: '提交审批' }).isDisabled()).toBe(true);
    await author.accessible('flow draft with a mistake');
    await author.shot('flow-draft-mistake-zh');
    await author.page.getByRole('tab', { name: '基本信息' }).click();
    await kept(author, async () => {
      await author.page.getByLabel('编号前缀', { exact: true }).fill(PREFIX);
      await author.page.getByLabel('中文名称', { exact: true }).fill('房租帮扶');
      await author.page.getByLabel('英文名称', { exact: true }).fill('Rent help');
    });
    await author.page.getByText(/个示例全部相符/).waitFor();

    // a step more, before the one that only tells
    await tab(author, '环节');
    await author.page.getByRole('button', { name: '添加环节' }).click();
    await author.page.getByRole('button', { name: '第 5 行上移' }).click();
    const step = author.page.getByRole('group', { name: /^环节 4/ });
    await kept(author, async () => {
      await step.getByLabel('编码', { exact: true }).fill('audit');
      await step.getByLabel('中文名称', { exact: true }).fill('稽核会签');
      await step.getByLabel('英文名称', { exact: true }).fill('Audit');
      await step.getByLabel('期限（工作日）', { exact: true }).fill('2');
      await step.getByLabel('第 1 条规则的对象').click();
      await author.page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '稽核' }).first().click();
    });
    await author.page.getByText(/处问题，改正后才能提交/).waitFor();
    await author.page.getByRole('tab', { name: '示例' }).last().click();
    await author.page.getByText('不符').first().waitFor();
    await kept(author, () => author.page.getByRole('button', { name: '按结果更新示例' }).click());
    await author.page.getByText(/个示例全部相符/).waitFor();
    await author.accessible('flow draft');
    await author.shot('flow-draft-form-zh', true);

    // the same as a text: a mistake is told with its line and place
    await author.page.getByText('文本', { exact: true }).first().click();
    await author.page.locator(editor).waitFor();
    const id = author.page.url().match(/flow-drafts\/([^?]+)/)![1]!;
    const { text } = await json<{ text: string }>(author, `/flow-drafts/${id}`);
    expect(text).toContain('id = "audit"');
    await tab(author, '检查');
    await write(author, text.replace('role = "auditor"', 'role = "nobody"'));
    await author.page
      .getByText(/没有角色 nobody/)
      .first()
      .waitFor();
    await author.shot('flow-draft-text-zh');
    await write(author, text);
    await author.page.getByText(/个示例全部相符/).waitFor();

    // tried before it is sent
    await author.page.getByRole('tab', { name: '试运行' }).click();
    await author.page.getByLabel('以示例填写').click();
    await author.page.locator('.ant-select-dropdown:visible .ant-select-item-option').first().click();
    await author.page.getByRole('button', { name: '试运行', exact: true }).click();
    await author.page.getByRole('region', { name: '试运行结果' }).getByText('稽核会签').first().waitFor();
    await author.accessible('flow tried');
    await author.shot('flow-try-zh', true);
    await act(author, '提交审批', '房租帮扶试点');
    await author.page.getByText('审批中').first().waitFor();
    await author.finish();

    const leader = await Person.signedIn('leader');
    await leader.open(`/flow-drafts/${id}?tab=picture`);
    await leader.shot('flow-review-zh', true);
    await act(leader, '批准并启用', '同意', '意见');
    await leader.page.getByText('使用中').first().waitFor();

    // whoever may starts it, and every hand decides
    const channel = await Person.signedIn('channel');
    const filled = new URLSearchParams({ kind: 'rent', base_year: '2026', rule: '按业务量占比分配', purpose: '卖场房租' });
    await channel.open(`/applications/new/${CODE}?${filled.toString()}`);
    await channel.page.getByLabel(/^申请金额/).fill('800');
    await channel.page.getByRole('main').getByRole('listitem').filter({ hasText: '稽核会签' }).waitFor();
    await channel.page.getByRole('button', { name: '提交', exact: true }).click();
    await channel.page.waitForURL(new RegExp(`/applications/${PREFIX}`));
    await channel.settled();
    const application = channel.page.url().split('/').at(-1)!.replace(/\?.*/, '');
    expect(await agree('supervisor', application)).toBe('in_review');
    expect(await agree('leader', application)).toBe('in_review');
    expect(await agree('auditor', application)).toBe('approved');
    await channel.open(`/applications/${application}`);
    await channel.page.getByText('已办结').first().waitFor();
    await channel.shot('flow-own-application-zh', true);

    // out of use: asked by one, confirmed by another
    const admin = await Person.signedIn('admin');
    await admin.open(`/flow-drafts/${id}`);
    await act(admin, '申请停用', '试点结束');
    expect(await admin.page.getByRole('button', { name: '确认停用' }).isDisabled()).toBe(true);
    await admin.finish();
    await leader.open(`/flow-drafts/${id}`);
    await act(leader, '确认停用', '同意', '意见');
    await leader.page.getByText('已停用').first().waitFor();
    await leader.finish();
    await channel.open(`/applications/new/${CODE}`);
    await channel.page.getByText('不能发起这个流程').waitFor();
    await channel.finish();
  }, 240_000);

  it.concurrent.each(LOOKS)('is drawn in $name', async (look) => {
    const person = await Person.reading('admin', look);
    const flows = await json<{ flow: string; version: number }[]>(person, '/flow-definitions');
    const subsidy = flows.find((one) => one.flow === 'subsidy')!;
    await person.open(`/flow-design/subsidy/${subsidy.version}`);
    await person.accessible(`flow version ${look.name}`);
    await person.shot(`flow-version-${look.name}`);
    await person.open('/flow-design');
    await person.accessible(`flow design ${look.name}`);
    await person.finish();
  });
});

// The network's life on the pages: candidates and duplicates, approved changes, exits, the blacklist, portfolios, bulk onboarding, the phone.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person, type Login } from './browser';
import { choose, day, verb } from './hands';

afterAll(closeBrowser);

const SEATS: Login[] = ['leader', 'supervisor', 'channel', 'system', 'settlement', 'settlement2', 'auditor'];
/** The smallest pictures the server takes. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const STROKE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const TODAY = '2026-08-31';

const drawer = (person: Person) => person.page.locator('.ant-drawer-open').last();
const main = (person: Person) => person.page.getByRole('main');
const button = (person: Person, name: string) => main(person).getByRole('button', { name, exact: true });

let sentBefore = 0;
const mark = () => `${Date.now().toString(36)}${(sentBefore += 1)}`.toUpperCase();

interface Acted {
  id: string;
  version: number;
  state: string;
}

interface Head extends Acted {
  holders: { login: string }[];
  effect: string | null;
}

async function json<T>(person: Person, path: string): Promise<T> {
  const found = await person.context.request.get(`/api/v1${path}`);
  expect(found.ok(), `${path}: ${found.status()}`).toBe(true);
  return (await found.json()) as T;
}

async function post<T>(person: Person, path: string, data: object, version?: number): Promise<T> {
  const headers: Record<string, string> = { 'X-Qudao': '1', 'Idempotency-Key': `life-${mark()}` };
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  const answer = await person.context.request.post(`/api/v1${path}`, { headers, data });
  expect(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}

/** Brings a picture and gives its id. */
async function brings(person: Person): Promise<string> {
  const answer = await person.context.request.post('/api/v1/attachments?name=paper.png', {
    headers: { 'X-Qudao': '1', 'Content-Type': 'application/octet-stream' },
    data: Buffer.from(PIXEL, 'base64'),
  });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

/** Everybody who holds an application agrees, until nobody is asked any more. */
async function carried(admin: Person, id: string): Promise<Head> {
  for (let tries = 0; tries < 10; tries += 1) {
    const { head } = await json<{ head: Head }>(admin, `/applications/${id}`);
    const seat = SEATS.find((login) => head.holders.some((holder) => holder.login === login));
    if (head.state !== 'in_review' || !seat) return head;
    const person = await Person.signedIn(seat);
    const seen = await json<{ head: Head; needs_signature: boolean }>(person, `/applications/${id}`);
    await post(person, `/applications/${id}/agree`, seen.needs_signature ? { signature: STROKE } : {}, seen.head.version);
    await person.finish();
  }
  throw new Error(`${id} is held for ever`);
}

/** Begins, sends and carries through an application. */
async function approved(login: Login, flow: string, form: object): Promise<Head> {
  const person = await Person.signedIn(login);
  const draft = await post<Acted>(person, '/applications', { flow, form });
  await post(person, `/applications/${draft.id}/submit`, {}, draft.version);
  await person.finish();
  return onward(draft.id);
}

async function onward(id: string): Promise<Head> {
  const admin = await Person.signedIn('admin');
  const head = await carried(admin, id);
  await admin.finish();
  return head;
}

/** Fills in the reason of the open drawer and confirms. */
async function confirm(person: Person, name: string, reason: string): Promise<void> {
  await drawer(person).getByLabel('原因', { exact: true }).fill(reason);
  await verb(person, name).click();
}

interface PartnerRow {
  code: string;
  name: string;
  territory: string;
  outlets: number;
}

const partners = (person: Person, sort: string) =>
  json<{ items: PartnerRow[] }>(person, `/partners?state=active&blacklisted=false&sort=${sort}&limit=50`);

/** The outlet of the store manager. */
async function outletOf(login: Login): Promise<string> {
  const person = await Person.signedIn(login);
  const me = await json<{ roles: { over: string }[] }>(person, '/me');
  await person.finish();
  return me.roles[0]!.over;
}

/** A partner nobody owes anything: added, approved by another, with an agreement from a day on. */
async function freshPartner(from: string): Promise<string> {
  const channel = await Person.signedIn('channel');
  const code = `NP${mark()}`;
  const { territory } = (await partners(channel, 'code')).items[0]!;
  const name = `新程通讯 ${code}`;
  await post(channel, '/candidates', { who: 'partner', code, name, territory, kind: '代理商', despite: true, reason: '走访发展' });
  await post(channel, `/candidates/partner/${code}/state`, { to: 'applied', reason: '资料齐全' });
  const supervisor = await Person.signedIn('supervisor');
  await post(supervisor, `/candidates/partner/${code}/state`, { to: 'approved', reason: '符合条件' });
  await supervisor.finish();
  await agreement(channel, code, from);
  await channel.finish();
  return code;
}

/** The agreement of an approved partner, signed. */
async function agreement(channel: Person, partner: string, from: string): Promise<void> {
  const form = {
    partner,
    business: 'mobile',
    from_day: from,
    to_day: '2027-08-30',
    deposit: 0,
    own_terms: false,
    draft: [await brings(channel)],
  };
  const head = await approved('channel', 'agent_agreement', form);
  const { version } = (await json<{ head: Head }>(channel, `/applications/${head.id}`)).head;
  const edits = { signed: [await brings(channel)], signed_on: TODAY };
  await post(channel, `/applications/${head.id}/execute`, { edits, text: '双方已签' }, version);
}

describe.each(LOOKS)('in $name', (look) => {
  const PAGES = [
    ['candidates', '/candidates', 'channel'],
    ['candidate-outlets', '/candidates?who=outlet', 'channel'],
    ['onboarding', '/onboarding', 'channel'],
    ['exits', '/exits', 'supervisor'],
    ['blacklist', '/blacklist', 'auditor'],
  ] as const;

  it.concurrent.each(PAGES)('%s is accessible', async (name, path, login) => {
    const person = await Person.reading(login, look);
    await person.open(path);
    await person.accessible(`${name} ${look.name}`);
    await person.shot(`${name}-${look.name}`);
    await person.finish();
  });

  it('an outlet and a partner whole are accessible', async () => {
    const outlet = await outletOf('store');
    const partner = await outletOf('partner');
    const person = await Person.signedIn('supervisor', look);
    for (const [name, path] of [
      ['outlet-whole', `/outlets/${outlet}`],
      ['partner-file', `/partners/${partner}`],
    ] as const) {
      await person.open(path);
      await person.accessible(`${name} ${look.name}`);
      await person.shot(`${name}-${look.name}`, true);
    }
    await person.finish();
  });
});

describe('a prospect', () => {
  it('is looked for among those there are, applies, is approved by another and becomes a partner with its agreement', async () => {
    // R0.10 R1.57 R4.10 R8.40
    const channel = await Person.signedIn('channel');
    const twin = (await partners(channel, 'code')).items[0]!;
    const code = `NP${mark()}`;
    await channel.open('/candidates');
    await button(channel, '登记拓展对象').click();
    await drawer(channel).getByLabel('名称', { exact: true }).fill(twin.name);
    await drawer(channel).getByLabel('编码', { exact: true }).fill(code);
    await drawer(channel).getByLabel('区域', { exact: true }).fill(twin.territory);
    await drawer(channel).getByRole('button', { name: '查重', exact: true }).click();
    await drawer(channel).getByText('可能已经存在').first().waitFor();
    await drawer(channel).getByText('名称相同').first().waitFor();
    await channel.accessible('likely duplicates');
    await channel.shot('candidate-twins');
    // Without saying that it is another nothing is kept.
    await confirm(channel, '登记拓展对象', '走访发展');
    await drawer(channel).getByText('请核对').first().waitFor();
    // Another name takes back what was found for the first.
    await drawer(channel).getByLabel('名称', { exact: true }).fill(`霄汉新程 ${code}`);
    await drawer(channel).getByText('名称相同').waitFor({ state: 'hidden' });
    await verb(channel, '登记拓展对象').click();
    await channel.page.waitForURL(new RegExp(`id=${code}`));
    await drawer(channel).getByRole('button', { name: '提交申请', exact: true }).click();
    await confirm(channel, '提交申请', '资料齐全');
    await drawer(channel).getByText('已申请').first().waitFor();

    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open(`/candidates?id=${code}`);
    await drawer(supervisor).getByRole('button', { name: '批准', exact: true }).click();
    await drawer(supervisor).getByText('登记人不能批准').waitFor();
    await confirm(supervisor, '批准', '符合条件');
    await drawer(supervisor).getByText('已批准').first().waitFor();
    await supervisor.finish();

    await channel.open(`/candidates?id=${code}`);
    await drawer(channel).getByRole('button', { name: '申请签订协议' }).click();
    await channel.page.waitForURL(/\/applications\/new\/agent_agreement\?partner=/);
    await agreement(channel, code, TODAY);
    await channel.open(`/partners/${code}`);
    await main(channel).getByText('合作中').first().waitFor();
    await channel.open(`/candidates?q=${code}`);
    await main(channel).getByText('没有符合条件的记录').waitFor();
    await channel.finish();
  }, 240_000);
});

describe('an outlet', () => {
  it('is called otherwise once a change is approved, and its page says by which application', async () => {
    // R0.38 R7.43
    const outlet = await outletOf('store');
    const name = `城关一店 ${mark()}`;
    const channel = await Person.signedIn('channel');
    await channel.open(`/outlets/${outlet}`);
    await button(channel, '申请变更').click();
    await channel.page.waitForURL(new RegExp(`outlet=${outlet}`));
    await channel.settled();
    await main(channel).getByText('批准后系统自动落实').waitFor();
    await channel.page.getByLabel('变更种类', { exact: true }).click();
    await channel.page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '更名' }).click();
    await channel.page.getByLabel('新名称', { exact: true }).fill(name);
    const from = channel.page.getByLabel('生效日期', { exact: true });
    await from.fill(TODAY);
    await from.press('Enter');
    await channel.page.getByLabel('原因', { exact: true }).fill('统一门头');
    await button(channel, '提交').click();
    await channel.page.waitForURL(/\/applications\/WD[^/]*$/);
    const id = channel.page.url().split('/').at(-1)!;
    expect((await onward(id)).effect).toBe('done');
    await channel.open(`/applications/${id}`);
    await main(channel)
      .getByText(/^已落实：/)
      .waitFor();
    await channel.open(`/outlets/${outlet}`);
    await channel.page.getByRole('heading', { level: 1, name }).waitFor();
    await main(channel).getByRole('link', { name: id }).first().waitFor();
    await channel.finish();
  }, 240_000);

  it('has contacts that are added, changed and ended, and shows each what they may see', async () => {
    // R7.43 R0.18
    const outlet = await outletOf('store');
    const channel = await Person.signedIn('channel');
    const name = `李店长${mark()}`;
    await channel.open(`/outlets/${outlet}`);
    expect(await main(channel).getByRole('heading', { name: '操作日志' }).count()).toBe(0);
    await button(channel, '新增联系人').click();
    await drawer(channel).getByLabel('姓名', { exact: true }).fill(name);
    await drawer(channel).getByLabel('电话', { exact: true }).fill('13900005678');
    await verb(channel, '保存').click();
    await main(channel).getByText('139****5678').first().waitFor();
    await button(channel, `修改 ${name}`).click();
    await choose(channel, '态度', '支持');
    await verb(channel, '保存').click();
    await main(channel)
      .getByRole('row', { name: new RegExp(name) })
      .getByText('支持')
      .waitFor();
    await button(channel, `停用 ${name}`).click();
    await confirm(channel, '停用', '已离店');
    await main(channel)
      .getByText(/起停用/)
      .first()
      .waitFor();
    await channel.finish();
    const auditor = await Person.signedIn('auditor');
    await auditor.open(`/outlets/${outlet}`);
    await main(auditor).getByRole('heading', { name: '操作日志' }).waitFor();
    expect(await button(auditor, '新增联系人').count()).toBe(0);
    await auditor.finish();
  }, 180_000);

  it('is given to a manager together with others, from a day on', async () => {
    // R0.1
    const outlet = await outletOf('store');
    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open(`/outlets?q=${outlet}`);
    await supervisor.page.getByRole('checkbox', { name: outlet, exact: true }).check();
    await button(supervisor, '分配负责人').click();
    await drawer(supervisor).getByText('再次分配给原负责人').waitFor();
    await choose(supervisor, '渠道经理', 'channel');
    await day(supervisor, '生效日期', '2026-09-01');
    await confirm(supervisor, '分配', '片区调整');
    await drawer(supervisor).waitFor({ state: 'hidden' });
    await supervisor.open(`/outlets/${outlet}`);
    await main(supervisor).getByText('将任').first().waitFor();
    await supervisor.finish();
  }, 120_000);
});

describe('a partner', () => {
  it('is suspended and restored at once, with what follows spelled out', async () => {
    // R1.57
    const code = await freshPartner(TODAY);
    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open(`/partners/${code}`);
    await button(supervisor, '暂停合作').click();
    await drawer(supervisor).getByText('现有网点照常营业').waitFor();
    await supervisor.accessible('suspend');
    await confirm(supervisor, '暂停合作', '核查期间暂停');
    await main(supervisor).getByText('已暂停合作').first().waitFor();
    await button(supervisor, '恢复合作').click();
    await confirm(supervisor, '恢复合作', '核查完毕');
    await main(supervisor).getByText('合作中').first().waitFor();
    await supervisor.finish();
  }, 240_000);

  it('that was kept twice is merged, and the old code points on', async () => {
    // R0.10
    const [old, stays] = [await freshPartner(TODAY), await freshPartner(TODAY)];
    const supervisor = await Person.signedIn('supervisor');
    await supervisor.open(`/partners/${old}`);
    await button(supervisor, '合并').click();
    await choose(supervisor, '保留的一个', stays);
    await drawer(supervisor).getByText(`旧编码 ${old} → 新编码 ${stays}`).waitFor();
    await day(supervisor, '生效日期', '2026-09-01');
    await confirm(supervisor, '合并', '重复建档');
    await main(supervisor).getByText(`已自 2026-09-01 起并入 ${stays}`).waitFor();
    await main(supervisor)
      .getByRole('link', { name: `查看 ${stays}` })
      .click();
    await supervisor.page.waitForURL(new RegExp(`/partners/${stays}`));
    await main(supervisor).getByRole('link', { name: old }).first().waitFor();
    await supervisor.finish();
  }, 300_000);
});

describe('an exit', () => {
  const revoked = (partner: string, last_day: string) =>
    approved('channel', 'agent_revocation', { partner, cause: 'own_wish', reason: '店主转行经营', notice_on: '2026-08-20', last_day });

  async function further(person: Person, state: string, reason: string): Promise<void> {
    await button(person, `推进到${state}`).click();
    await confirm(person, `推进到${state}`, reason);
  }

  it('is refused with what is left of each balance, and stays where it is', async () => {
    // R8.41
    const channel = await Person.signedIn('channel');
    const own = await outletOf('partner');
    const large = (await partners(channel, '-outlets')).items.find((row) => row.code !== own)!;
    await channel.finish();
    const { id } = await revoked(large.code, '2026-09-15');
    const settlement = await Person.signedIn('settlement');
    await settlement.open(`/exits/${id}`);
    await main(settlement)
      .getByText(/项不为零/)
      .waitFor();
    await settlement.accessible('exit');
    await settlement.shot('exit', true);
    for (const state of ['已通知', '清退中']) {
      await further(settlement, state, '已办理');
      await drawer(settlement).waitFor({ state: 'hidden' });
      await settlement.settled();
    }
    await further(settlement, '已结清', '款项已清');
    await drawer(settlement).getByRole('alert').waitFor();
    await settlement.accessible('exit refused');
    await settlement.shot('exit-refused');
    await settlement.finish();
    const auditor = await Person.signedIn('auditor');
    await auditor.open(`/exits/${id}`);
    expect(await button(auditor, '推进到已结清').isDisabled()).toBe(true);
    await auditor.finish();
  }, 240_000);

  it('is settled once every balance is zero, and closes no sooner than its last day is over', async () => {
    // R8.41
    const code = await freshPartner(TODAY);
    const { id } = await revoked(code, '2026-09-30');
    const settlement = await Person.signedIn('settlement');
    await settlement.open(`/exits/${id}`);
    await main(settlement).getByText('全部为零', { exact: true }).waitFor();
    for (const state of ['已通知', '清退中', '已结清']) {
      await further(settlement, state, '已办理');
      await drawer(settlement).waitFor({ state: 'hidden' });
      await settlement.settled();
    }
    await further(settlement, '已关闭', '已办理');
    await drawer(settlement).getByText('最后营业日 2026-09-30 尚未结束').first().waitFor();
    await settlement.open(`/partners/${code}`);
    await main(settlement).getByText('退出中').first().waitFor();
    await settlement.finish();
  }, 300_000);
});

describe('the blacklist', () => {
  it('keeps a number out from the approval on until the next, and shows nobody more than its mask', async () => {
    // R0.36 R0.16
    const phone = `137${String(Date.now()).slice(-8)}`;
    const mask = `${phone.slice(0, 3)}****${phone.slice(-4)}`;
    const channel = await Person.signedIn('channel');
    const form = async (act: 'add' | 'lift') => ({
      act,
      key: 'phone',
      value: phone,
      facts: '批量虚开号卡，证据见附件',
      heard: true,
      evidence: [await brings(channel)],
    });
    const check = async (person: Person) => {
      await person.page.getByLabel('电话', { exact: true }).fill(phone);
      await button(person, '核对').click();
    };
    expect((await approved('channel', 'blacklist', await form('add'))).effect).toBe('done');
    const auditor = await Person.signedIn('auditor');
    await auditor.open('/blacklist');
    await main(auditor).getByText(mask).first().waitFor();
    await check(auditor);
    await main(auditor).getByText('有 1 项在黑名单中').first().waitFor();
    expect(await main(auditor).innerText()).not.toContain(phone);
    expect(auditor.page.url()).not.toContain(phone);
    await auditor.shot('blacklist-hit');

    const { territory } = (await partners(channel, 'code')).items[0]!;
    await channel.open('/candidates');
    await button(channel, '登记拓展对象').click();
    for (const [label, words] of [
      ['名称', `换名再来 ${mark()}`],
      ['编码', `NP${mark()}`],
      ['区域', territory],
      ['电话', phone],
    ] as const)
      await drawer(channel).getByLabel(label, { exact: true }).fill(words);
    await confirm(channel, '登记拓展对象', '新发展');
    await drawer(channel).getByRole('alert').filter({ hasText: '黑名单' }).waitFor();

    expect((await approved('channel', 'blacklist', await form('lift'))).effect).toBe('done');
    await auditor.open('/blacklist');
    await check(auditor);
    await main(auditor).getByText('所填各项都不在黑名单中').waitFor();
    await main(auditor).getByRole('tab', { name: '包括已移出' }).click();
    await main(auditor).getByText(mask).first().waitFor();
    await auditor.finish();
    await channel.finish();
  }, 300_000);

  it('is not there for whoever may not read it', async () => {
    // R0.36
    const partner = await Person.signedIn('partner');
    expect((await partner.context.request.get('/api/v1/blacklist')).status()).toBe(403);
    await partner.open('/blacklist');
    await partner.page.getByText('查看黑名单').first().waitFor();
    await partner.finish();
  });
});

describe('bulk onboarding', () => {
  it('tells what is wrong by line, and brings a right file in with one approval', async () => {
    // R0.7
    const channel = await Person.signedIn('channel');
    const owner = (await partners(channel, 'outlets')).items[0]!;
    const code = `NB${mark()}`;
    const head = '类型,编码,名称,所属,区划代码\n';
    const outlet = `网点,${code},云岫 ${code},${owner.code},${owner.territory}\n`;
    const rest = `店员,${code}-1,张三,${code},\n联系人,,李四,${code},\n`;
    const bring = async (text: string) => {
      await channel.page
        .locator('input[type=file]')
        .setInputFiles({ name: 'network.csv', mimeType: 'text/csv', buffer: Buffer.from(head + text, 'utf8') });
      await button(channel, '核对文件').click();
    };
    await channel.open(`/onboarding?from=${TODAY}`);
    await bring(`${outlet}仓库,X1,不是网点,${owner.code},\n${rest}`);
    await main(channel)
      .getByText(/有错误 1/)
      .waitFor();
    await main(channel).getByRole('row', { name: /仓库/ }).waitFor();
    expect(await button(channel, '发起审批').isDisabled()).toBe(true);
    await channel.accessible('onboarding with mistakes');
    await channel.shot('onboarding-mistakes', true);
    await bring(outlet + rest);
    await main(channel)
      .getByText(/可入网 3/)
      .waitFor();
    await button(channel, '发起审批').click();
    await channel.page.waitForURL(/\/applications\/new\/bulk_onboarding/);
    await channel.settled();
    expect(await channel.page.getByLabel('文件编号', { exact: true }).inputValue()).toMatch(/^[0-9a-f]{64}$/);
    expect(await channel.page.getByLabel('店员数', { exact: true }).inputValue()).toBe('1');
    await channel.page.getByLabel('说明', { exact: true }).fill('新开网点');
    await button(channel, '提交').click();
    await channel.page.waitForURL(/\/applications\/RW[^/]*$/);
    expect((await onward(channel.page.url().split('/').at(-1)!)).effect).toBe('done');
    await channel.open(`/outlets/${code}`);
    await main(channel).getByText('李四').first().waitFor();
    await main(channel).getByText('营业中').first().waitFor();
    await channel.finish();
  }, 240_000);
});

describe('on the phone', () => {
  it('a channel manager finds an outlet, and reads how it stands and whom to talk to', async () => {
    // R7.43 R0.20
    const outlet = await outletOf('store');
    const channel = await Person.signedIn('channel', { phone: true, size: [360, 780] });
    await channel.open('/m/outlets');
    await channel.accessible('phone outlets');
    await channel.shot('phone-outlets');
    await channel.page.getByRole('searchbox').fill(outlet);
    await main(channel)
      .getByRole('link', { name: new RegExp(outlet) })
      .click();
    await channel.page.waitForURL(new RegExp(`/m/outlets/${outlet}`));
    await channel.settled();
    await main(channel).getByRole('heading', { name: '关键联系人' }).waitFor();
    await channel.accessible('phone outlet');
    await channel.shot('phone-outlet', true);
    expect(await channel.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await main(channel).getByRole('link', { name: '申请网点变更' }).click();
    await channel.page.waitForURL(new RegExp(`outlet=${outlet}`));
    await channel.finish();
  });
});

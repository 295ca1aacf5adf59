// Who may come in, who may do what, and what is written down of it: people, roles, passwords, accounts, parameters, the audit trail.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { add, ahead, choose, day, downloaded, enter, FIRST, freshLogin, OWN, rowsOf, settle, totp, verb } from './hands';

afterAll(closeBrowser);

const OURS = { 'X-Qudao': '1' };

describe('signing in', () => {
  // R0.1
  it('a wrong login and a wrong password are told alike, in both languages', async () => {
    for (const [lang, words] of [
      ['zh-CN', '登录名或密码不正确；请核对后重试，忘记密码请联系系统管理员'],
      ['en', 'the login or the password is wrong; check both, or ask an administrator for a new password'],
    ] as const) {
      const person = await Person.at({ lang });
      await person.open('/');
      for (const login of ['leader', 'nobody-of-this-name']) {
        await person.signIn(login as 'leader', 'not-the-password');
        await person.page.getByRole('alert').getByText(words).waitFor();
      }
      await person.accessible(`refused ${lang}`);
      await person.shot(`access-refused-${lang}`);
      await person.finish();
    }
    // the right password lifts the count of wrong ones
    await (await Person.signedIn('leader')).finish();
  });

  it('too many tries lock the login for a while; the administrator sees it and lifts it with a new password', async () => {
    const admin = await Person.signedIn('admin');
    const login = freshLogin('lock');
    await settle(admin, { login, name: '锁定试验' });
    const person = await Person.at();
    await person.open('/');
    for (let tries = 1; tries <= 5; tries += 1) {
      await person.signIn(login as 'leader', `wrong-${tries}`);
      await person.page
        .getByRole('alert')
        .getByText(tries < 5 ? /登录名或密码不正确/ : /登录已锁定；请 15 分钟后再试/)
        .waitFor();
    }
    await person.signIn(login as 'leader', OWN);
    await person.page.getByText(/登录已锁定/).waitFor();
    await person.shot('access-locked');
    await admin.open(`/people?id=${login}`);
    await admin.page.getByText(/已锁定至/).waitFor();
    await admin.page.getByRole('button', { name: '重置密码' }).click();
    await admin.page.getByLabel('初始密码', { exact: true }).fill(FIRST);
    await admin.page.getByLabel('原因', { exact: true }).fill('本人来电，已核对身份');
    await admin.shot('access-reset');
    await verb(admin, '重置密码').click();
    await admin.page.getByText('密码已重置').waitFor();
    await admin.finish();
    await person.signIn(login as 'leader', FIRST);
    await person.page.getByRole('heading', { name: '修改初始密码' }).waitFor();
    await person.finish();
  });

  it('a first password opens nothing but its change, on the desktop and on the phone', async () => {
    const admin = await Person.signedIn('admin');
    const [desk, phone] = [freshLogin('desk'), freshLogin('phone')];
    await add(admin, { login: desk, name: '台前' });
    await add(admin, { login: phone, name: '手机' });
    await admin.finish();

    const first = await Person.at();
    await first.open('/volume');
    await first.signIn(desk as 'leader', FIRST);
    await first.page.getByRole('heading', { name: '修改初始密码' }).waitFor();
    expect((await first.context.request.get('/api/v1/metrics')).status()).toBe(403);
    await first.accessible('first password');
    await first.shot('access-first-password');
    await first.page.getByLabel('当前密码').fill(FIRST);
    await first.page.getByLabel('新密码', { exact: true }).fill(OWN);
    await first.page.getByLabel('再输一次新密码').fill(`${OWN}!`);
    await first.page.getByRole('button', { name: '修改密码' }).click();
    await first.page.getByText('两次输入不一致').waitFor();
    await first.page.getByLabel('再输一次新密码').fill(OWN);
    await first.page.getByRole('button', { name: '修改密码' }).click();
    await first.page.getByRole('heading', { level: 1, name: '业务量' }).waitFor();
    await first.finish();

    for (const look of [{ lang: 'zh-CN' }, { lang: 'en' }] as const) {
      const second = await Person.at({ phone: true, size: [360, 740], ...look });
      await second.open('/m/');
      await second.signIn(phone as 'leader', look.lang === 'en' ? OWN : FIRST);
      if (look.lang === 'en') {
        await second.page.locator('.m-tabs').waitFor();
        await second.open('/m/mine/password');
        await second.accessible('phone password en');
        await second.shot('access-phone-password-en');
        await second.finish();
        continue;
      }
      await second.page.getByRole('heading', { name: '修改初始密码' }).waitFor();
      await second.accessible('phone first password');
      expect(await second.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await second.page.getByRole('button', { name: '修改密码' }).click();
      await second.page.getByText('请输入当前密码').waitFor();
      await second.shot('access-phone-first-password');
      await second.page.getByLabel('当前密码').fill(FIRST);
      await second.page.getByLabel('新密码', { exact: true }).fill(OWN);
      await second.page.getByLabel('再输一次新密码').fill(OWN);
      await second.page.getByRole('button', { name: '修改密码' }).click();
      await second.page.locator('.m-tabs').waitFor();
      await second.finish();
    }
  });

  it('a second factor is switched on by scanning, asked at sign-in, and replaced by a recovery code', async () => {
    const admin = await Person.signedIn('admin');
    const login = freshLogin('totp');
    await settle(admin, { login, name: '动态口令' });
    const person = await enter(login);
    const clock = await ahead(person);
    await person.open('/account');
    await person.page.getByRole('button', { name: '启用', exact: true }).click();
    await person.page.getByAltText('动态口令二维码').waitFor();
    const secret = (await person.page.locator('.ant-drawer .ant-typography').innerText()).trim();
    await person.page.getByLabel('6 位动态口令').fill('000000');
    await person.page.getByRole('button', { name: '确认启用' }).click();
    await person.page.getByText(/动态口令不正确/).waitFor();
    await person.accessible('second factor');
    await person.shot('access-totp');
    await person.page.getByLabel('6 位动态口令').fill(totp(secret, Date.now() + clock));
    await person.page.getByRole('button', { name: '确认启用' }).click();
    const codes = (await person.page.locator('.ant-drawer pre').innerText()).split('\n').filter(Boolean);
    expect(codes).toHaveLength(10);
    await person.shot('access-totp-codes');
    await person.page.getByRole('button', { name: '我已保存' }).click();
    await person.page.getByText('剩余恢复码 10 个').waitFor();
    await person.finish();

    const again = await Person.at();
    await again.open('/account');
    await again.signIn(login as 'leader', OWN);
    await again.page.getByLabel('动态验证码').fill(totp(secret, Date.now() + clock, 1));
    await again.shot('access-totp-asked');
    await again.page.locator('button[type=submit]').click();
    await again.page.getByText('剩余恢复码 10 个').waitFor();
    await again.finish();

    const lost = await Person.at({ phone: true });
    await lost.open('/m/mine');
    await lost.signIn(login as 'leader', OWN);
    await lost.page.getByLabel('动态验证码').fill(codes[0]!);
    await lost.page.locator('button[type=submit]').click();
    await lost.page.locator('.m-segments').first().waitFor();
    await lost.finish();

    await admin.open(`/people?id=${login}`);
    await admin.page.getByRole('button', { name: '停用动态口令' }).click();
    await admin.page.getByLabel('原因', { exact: true }).fill('手机遗失');
    await verb(admin, '停用动态口令').click();
    await admin.page.locator('.ant-drawer-footer').waitFor({ state: 'hidden' });
    await (await enter(login)).finish();
    await admin.finish();
  });

  it('signing out everywhere ends every session', async () => {
    // R0.2
    const admin = await Person.signedIn('admin');
    const login = freshLogin('out');
    await settle(admin, { login, name: '处处退出' });
    const [here, there] = [await enter(login), await enter(login)];
    await here.open('/account');
    expect(await here.page.getByText(/最近使用/).count()).toBeGreaterThanOrEqual(2);
    await here.page.getByText('本次登录').waitFor();
    await here.page.getByRole('button', { name: '退出所有登录' }).click();
    await here.page.getByRole('dialog').getByRole('button', { name: '退出所有登录' }).click();
    await here.page.locator('input[autocomplete=username]').waitFor();
    expect((await there.context.request.get('/api/v1/me')).status()).toBe(401);
    const trail = (await (await admin.context.request.get(`/api/v1/audit?noun_id=${login}`)).json()) as { items: { action: string }[] };
    expect(trail.items[0]!.action).toBe('person.sign_out_elsewhere');
    for (const person of [here, there, admin]) await person.finish();
  });
});

describe('people', () => {
  it('somebody is added with a dated role over a part of the network, and found by pinyin initials', async () => {
    // R0.1, R0.4
    const admin = await Person.signedIn('admin');
    const login = freshLogin('zxm');
    await admin.open('/people');
    await admin.accessible('people');
    await admin.shot('access-people');
    await admin.page.getByRole('button', { name: '新增人员' }).click();
    await verb(admin, '新增人员').click();
    await admin.page.getByText('必填').first().waitFor();
    for (const [label, value] of [
      ['登录名', login],
      ['姓名', '赵小明'],
      ['手机号', '13912345678'],
      ['初始密码', FIRST],
      ['原因', '新到岗'],
    ] as const) {
      await admin.page.locator('.ant-drawer').getByLabel(label, { exact: true }).fill(value);
    }
    const channel = await Person.signedIn('channel');
    const { roles } = (await (await channel.context.request.get('/api/v1/me')).json()) as { roles: { over: string; over_name: string }[] };
    await channel.finish();
    await choose(admin, '角色', '渠道经理');
    await admin.page.locator('.ant-drawer').getByLabel('范围编码', { exact: true }).fill(roles[0]!.over);
    await day(admin, '生效日期', '2026-09-01');
    await day(admin, '失效日期', '2027-01-01');
    await admin.accessible('a person to be added');
    await admin.shot('access-add-person');
    await verb(admin, '新增人员').click();
    await admin.page.getByText(/已新增；/).waitFor();
    await admin.page.getByLabel('姓名、拼音首字母、登录名或手机号').fill('zxm');
    await admin.page.keyboard.press('Enter');
    await admin.settled();
    await admin.page.getByRole('button', { name: login }).click();
    await admin.page.getByRole('cell', { name: '2027-01-01' }).waitFor();
    await admin.page.getByText('未生效').waitFor();
    await admin.page.getByText('未改初始密码').waitFor();
    await admin.accessible('a person');
    await admin.shot('access-person');

    // the role is not yet in force: it opens nothing today
    const early = await enter(login, FIRST);
    await early.context.request.post('/api/v1/me/password', { headers: OURS, data: { old: FIRST, new: OWN } });
    expect(((await (await early.context.request.get('/api/v1/me')).json()) as { permissions: string[] }).permissions).toEqual([]);
    await early.finish();
    await admin.finish();
  });

  it('personal data are shown whole to whoever says why, and the audit trail keeps it', async () => {
    // R0.16, R0.2
    const admin = await Person.signedIn('admin');
    const login = freshLogin('mask');
    await add(admin, { login, name: '脱敏', phone: '13987654321' });
    await admin.open(`/people?id=${login}`);
    await admin.page
      .getByRole('dialog')
      .first()
      .getByText(/139\*+4321/)
      .waitFor();
    await admin.page.getByRole('button', { name: '查看完整手机号' }).click();
    await verb(admin, '查看').click();
    await admin.page.getByText('请填写原因，至少 2 个字').waitFor();
    await admin.page.getByLabel('原因', { exact: true }).fill('客户投诉需回访');
    await admin.accessible('a reason is asked');
    await admin.shot('access-reveal');
    await verb(admin, '查看').click();
    await admin.page.getByRole('dialog').getByText('13987654321').waitFor();
    await admin.page.getByRole('button', { name: '隐藏手机号' }).click();
    await admin.page
      .getByRole('dialog')
      .first()
      .getByText(/139\*+4321/)
      .waitFor();
    await admin.open(`/audit?noun_id=${login}&action=private.reveal`);
    await admin.page.getByRole('cell', { name: '客户投诉需回访' }).waitFor();
    await admin.finish();
    const leader = await Person.signedIn('leader');
    await leader.open(`/people?id=${login}`);
    await leader.page
      .getByRole('dialog')
      .getByText(/139\*+4321/)
      .waitFor();
    expect(await leader.page.getByRole('button', { name: '查看完整手机号' }).count()).toBe(0);
    await leader.finish();
  });

  it('the second of two editors sees what the first changed, and goes on', async () => {
    // R0.24
    const admin = await Person.signedIn('admin');
    const login = freshLogin('stale');
    await add(admin, { login, name: '并发修改' });
    await admin.open(`/people?id=${login}`);
    await admin.page.getByRole('button', { name: '修改资料' }).click();
    await admin.page.locator('.ant-drawer').getByLabel('姓名', { exact: true }).fill('我改的名字');
    const seen = (await (await admin.context.request.get(`/api/v1/people/${login}`)).json()) as { version: number };
    const other = await admin.context.request.patch(`/api/v1/people/${login}`, {
      headers: { ...OURS, 'If-Match': `"${seen.version}"` },
      data: { name: '并发修改', duty_hours: '9:00–18:00', phone: null, reason: '' },
    });
    expect(other.status()).toBe(200);
    await verb(admin, '修改资料').click();
    const what = admin.page.getByRole('region', { name: '您填写期间，其他人作了这些修改；您填写的内容还在' });
    await what.getByRole('cell', { name: '9:00–18:00' }).waitFor();
    await admin.accessible('a stale edit');
    await admin.shot('access-stale');
    expect(await admin.page.locator('.ant-drawer').getByLabel('姓名', { exact: true }).inputValue()).toBe('我改的名字');
    await verb(admin, '修改资料').click();
    await admin.page.locator('.ant-drawer-title').getByText('我改的名字').waitFor();
    await admin.finish();
  });

  it('a portfolio is handed over after a look at what will move', async () => {
    // R0.18, R2.2
    const admin = await Person.signedIn('admin');
    const [from, to] = [freshLogin('from'), freshLogin('to')];
    await add(admin, { login: from, name: '交出人', role: 'channel_manager', over: '42' });
    await add(admin, { login: to, name: '接手人', role: 'marketing_support' });
    await admin.open(`/people?id=${from}`);
    await admin.page.getByRole('button', { name: '移交', exact: true }).click();
    expect(await verb(admin, '移交').isDisabled()).toBe(true);
    await choose(admin, '接手人', to);
    await admin.page.getByRole('heading', { name: '将移交的角色' }).waitFor();
    await admin.page
      .locator('.ant-drawer li')
      .getByText(/渠道经理/)
      .waitFor();
    await admin.page.getByLabel('原因', { exact: true }).fill('调岗');
    await admin.accessible('a hand-over');
    await admin.shot('access-handover');
    await verb(admin, '移交').click();
    await admin.page.getByText('已移交 1 项角色').waitFor();
    const taker = (await (await admin.context.request.get(`/api/v1/people/${to}`)).json()) as { roles: { role: string; holds: boolean }[] };
    expect(
      taker.roles
        .filter((role) => role.holds)
        .map((role) => role.role)
        .sort(),
    ).toEqual(['channel_manager', 'marketing_support']);
    await admin.finish();
  });

  it('a work ID is bound to a person and suspended', async () => {
    // R0.28
    // One that nobody has yet: the demo's clerk has theirs.
    const channel = await Person.signedIn('channel');
    const clerks = (await (await channel.context.request.get('/api/v1/clerks?limit=200')).json()) as { items: { code: string }[] };
    await channel.finish();
    const admin = await Person.signedIn('admin');
    const login = freshLogin('work');
    await add(admin, { login, name: '店员甲' });
    await admin.open(`/people?id=${login}`);
    await admin.page.getByText('没有工号').waitFor();
    await admin.page.getByRole('button', { name: '绑定工号' }).click();
    const drawer = admin.page.locator('.ant-drawer');
    await drawer.getByLabel('工号', { exact: true }).fill('no-such-id');
    await drawer.getByLabel('绑定手机', { exact: true }).fill('13900001111');
    await drawer.getByLabel('原因', { exact: true }).fill('新店员');
    await verb(admin, '绑定工号').click();
    await admin.page.getByText('店员资料中没有工号 no-such-id；请核对').waitFor();
    await drawer.getByLabel('工号', { exact: true }).fill(clerks.items.at(-1)!.code);
    await verb(admin, '绑定工号').click();
    await admin.page.getByText('生效', { exact: true }).waitFor();
    await admin.page.getByRole('button', { name: '停用', exact: true }).click();
    await drawer.getByLabel('原因', { exact: true }).last().fill('试验结束');
    await verb(admin, '停用').click();
    await admin.page.getByText(/停用$/).first().waitFor();
    await admin.finish();
  });
});

describe('one’s own account', () => {
  it('a token gives a program the ticked permissions and ends when it is taken back', async () => {
    // R0.1
    const leader = await Person.signedIn('leader');
    await leader.open('/account');
    await leader.page.getByRole('button', { name: '新建令牌' }).click();
    await leader.page.locator('.ant-drawer').getByLabel('用途', { exact: true }).fill('报表程序');
    await verb(leader, '新建令牌').click();
    await leader.page.getByText('请至少选择一项权限').waitFor();
    await leader.page.getByRole('checkbox', { name: '查看业务统计' }).check();
    await leader.accessible('a token to be made');
    await leader.shot('access-token');
    await verb(leader, '新建令牌').click();
    await leader.page.getByText('令牌已生成').waitFor();
    const secret = (await leader.page.locator('.ant-modal code').innerText()).trim();
    await leader.shot('access-token-made');
    const program = await Person.at();
    const bearer = { Authorization: `Bearer ${secret}`, ...OURS };
    expect((await program.context.request.get('/api/v1/metrics', { headers: bearer })).status()).toBe(200);
    expect((await program.context.request.get('/api/v1/people', { headers: bearer })).status()).toBe(403);
    await leader.page
      .locator('.ant-modal-footer')
      .getByRole('button', { name: /确\s?定/ })
      .click();
    await leader.page.getByRole('button', { name: '撤销', exact: true }).first().click();
    await leader.page.getByRole('dialog').getByRole('button', { name: '撤销' }).click();
    await leader.page.getByText('已撤销').first().waitFor();
    expect((await program.context.request.get('/api/v1/metrics', { headers: bearer })).status()).toBe(401);
    await program.finish();
    await leader.finish();
  });

  it('a colleague acts for somebody for some days, every page says so, and the trail names both', async () => {
    // R0.1, R0.2, R0.17
    const admin = await Person.signedIn('admin');
    const [giver, taker] = [freshLogin('giver'), freshLogin('taker')];
    await settle(admin, { login: giver, name: '休假人', role: 'settlement_support' });
    await settle(admin, { login: taker, name: '代办人甲', role: 'marketing_support' });
    const away = await enter(giver);
    await away.open('/account');
    await away.page.getByRole('button', { name: '授权他人' }).click();
    await choose(away, '代办人', taker);
    await away.page.locator('.ant-drawer').getByRole('checkbox').first().check();
    const days = away.page.locator('.ant-drawer .ant-picker-range input');
    await days.first().click();
    await days.first().fill('2026-08-31');
    await away.page.keyboard.press('Enter');
    await days.last().fill('2026-09-04');
    await away.page.keyboard.press('Enter');
    await away.page.getByLabel('原因', { exact: true }).fill('年休假');
    await away.accessible('a delegation to be made');
    await away.shot('access-delegation');
    await verb(away, '授权他人').click();
    await away.page.getByText('授权给 代办人甲').waitFor();

    const acts = await enter(taker);
    await acts.open('/account');
    await acts.page.getByText('休假人 授权给我').waitFor();
    await acts.page.getByRole('button', { name: '开始代办' }).click();
    await acts.page.getByText('正在代 休假人 办理').waitFor();
    await acts.open('/payments');
    await acts.page.getByText('正在代 休假人 办理').waitFor();
    await acts.accessible('acting');
    await acts.shot('access-acting');
    const trail = (await (await admin.context.request.get(`/api/v1/audit?who=${giver}&action=delegation.act`)).json()) as {
      items: { who: string }[];
    };
    expect(trail.items[0]!.who).toBe(`${taker}/${giver}`);
    await acts.page.getByRole('button', { name: '结束代办' }).click();
    await acts.page.getByText('正在代 休假人 办理').waitFor({ state: 'detached' });
    await away.page.getByRole('button', { name: '收回' }).click();
    await away.page.getByRole('dialog').getByRole('button', { name: '收回' }).click();
    await away.page.getByText('已收回').waitFor();
    expect((await acts.context.request.get('/api/v1/payments')).status()).not.toBe(200);
    for (const person of [away, acts, admin]) await person.finish();
  });
});

describe('parameters', () => {
  it('a value is set from a day on; the session that ended meanwhile loses nothing; who set what is kept', async () => {
    // R0.11, R0.4
    const admin = await Person.signedIn('admin');
    await admin.open('/parameters');
    await admin.accessible('parameters');
    await admin.shot('access-parameters');
    await admin.page.getByLabel('参数名称').fill('接口令牌最长有效期');
    await admin.page.keyboard.press('Enter');
    await admin.settled();
    await admin.page.getByRole('button', { name: '接口令牌最长有效期' }).click();
    await admin.page.getByRole('button', { name: '设定取值' }).click();
    const drawer = admin.page.locator('.ant-drawer');
    await drawer.getByLabel('取值', { exact: true }).fill('300');
    await day(admin, '生效日期', '2026-10-01');
    await drawer.getByLabel('原因', { exact: true }).fill('缩短令牌有效期');
    await admin.context.request.delete('/api/v1/session', { headers: OURS });
    await verb(admin, '设定取值').click();
    const dialog = admin.page.getByRole('dialog', { name: '登录已过期' });
    await dialog.waitFor();
    await admin.accessible('signing in again over a form');
    await admin.shot('access-expired');
    await dialog.locator('input[autocomplete=current-password]').fill('wrong-one');
    await dialog.locator('button[type=submit]').click();
    await dialog.getByText(/登录名或密码不正确/).waitFor();
    await dialog.locator('input[autocomplete=current-password]').fill('qudao-demo-2026');
    await dialog.locator('button[type=submit]').click();
    await admin.page.getByText('已设定', { exact: true }).waitFor();
    await drawer.getByRole('cell', { name: '300' }).waitFor();
    await drawer.getByRole('cell', { name: '2026-10-01' }).waitFor();
    await drawer.getByRole('cell', { name: 'admin' }).first().waitFor();
    await admin.accessible('a parameter');
    await admin.shot('access-parameter');

    // somebody else was faster
    await admin.page.getByRole('button', { name: '设定取值' }).click();
    await drawer.getByLabel('取值', { exact: true }).fill('200');
    await day(admin, '生效日期', '2026-12-01');
    await drawer.getByLabel('原因', { exact: true }).fill('年底再缩短');
    const { version } = (await (await admin.context.request.get('/api/v1/parameters/token_longest_days')).json()) as { version: number };
    const faster = await admin.context.request.put('/api/v1/parameters/token_longest_days', {
      headers: { ...OURS, 'If-Match': `"${version}"` },
      data: { value: '250', scope: '', from: '2026-11-01', to: null, reason: '另一位管理员' },
    });
    expect(faster.ok()).toBe(true);
    await verb(admin, '设定取值').click();
    await admin.page
      .getByRole('region', { name: /其他人作了这些修改/ })
      .getByText(/250/)
      .waitFor();
    await admin.shot('access-parameter-stale');
    await verb(admin, '设定取值').click();
    await drawer.getByRole('cell', { name: '200' }).waitFor();

    // what has not begun is taken back, and the register is as it was
    for (let left = 3; left > 0; left -= 1) {
      await drawer.getByRole('button', { name: '取消', exact: true }).first().click();
      await drawer.getByLabel('原因', { exact: true }).fill('试验结束');
      await verb(admin, '取消').click();
      await admin.page.locator('.ant-drawer-footer').waitFor({ state: 'hidden' });
    }
    await admin.open('/audit?noun_id=token_longest_days');
    await admin.page.getByRole('cell', { name: '缩短令牌有效期' }).first().waitFor();
    await admin.finish();
  });
});

describe('the audit trail', () => {
  it('is filtered, read entry by entry, verified, and exported whole', async () => {
    // R0.2
    const auditor = await Person.signedIn('auditor');
    const admin = await Person.signedIn('admin');
    const login = freshLogin('trail');
    await add(admin, { login, name: '留痕' });
    const seen = (await (await admin.context.request.get(`/api/v1/people/${login}`)).json()) as { version: number };
    await admin.context.request.patch(`/api/v1/people/${login}`, {
      headers: { ...OURS, 'If-Match': `"${seen.version}"` },
      data: { name: '留痕改名', duty_hours: '', phone: null, reason: '改名' },
    });
    await admin.finish();
    await auditor.open('/audit');
    await auditor.accessible('audit');
    await auditor.shot('access-audit');
    await auditor.page.getByLabel('对象编号').fill(login);
    await auditor.page.keyboard.press('Enter');
    // Until the answer comes, the entries of everybody stand there.
    await expect.poll(() => auditor.page.getByText('person.edit').count(), { timeout: 20_000 }).toBe(1);
    await auditor.page.locator('tbody button').first().click();
    const diff = auditor.page.getByRole('region', { name: '变更内容' });
    await diff.locator('.removed').getByText(/留痕"/).waitFor();
    await diff
      .locator('.added')
      .getByText(/留痕改名/)
      .waitFor();
    await auditor.accessible('an audit entry');
    await auditor.shot('access-audit-entry');
    await auditor.page.keyboard.press('Escape');
    await auditor.page.getByRole('button', { name: '校验审计链' }).click();
    await auditor.page.getByText(/完整：\d+ 条记录逐条重算/).waitFor();
    await auditor.shot('access-audit-chain');
    await auditor.page.keyboard.press('Escape');
    await auditor.page.getByRole('button', { name: '导出' }).click();
    await auditor.page.getByRole('menuitem', { name: '导出 CSV' }).click();
    const link = auditor.page.getByRole('dialog').getByRole('link', { name: '下载文件' });
    await link.waitFor();
    const { bytes } = await downloaded(auditor, () => link.click());
    const lines = rowsOf(bytes);
    const shown = (await (await auditor.context.request.get(`/api/v1/audit?noun_id=${login}`)).json()) as { total: number };
    expect(lines).toHaveLength(shown.total + 1);
    expect(lines[0]!.slice(0, 4)).toEqual(['seq', 'at', 'who', 'action']);
    await auditor.finish();
  });
});

const PAGES = [
  ['people', '/people', 'admin'],
  ['parameters', '/parameters', 'admin'],
  ['audit', '/audit', 'auditor'],
  ['account', '/account', 'leader'],
] as const;

describe.each(LOOKS)('pages in $name', ({ name, ...look }) => {
  it.concurrent.each(PAGES)('%s', async (page, path, login) => {
    const person = await Person.reading(login, look);
    await person.open(path);
    await person.accessible(`${page} ${name}`);
    await person.shot(`access-${page}-${name}`, true);
    await person.finish();
  });
});

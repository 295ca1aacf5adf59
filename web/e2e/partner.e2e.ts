// A partner and a clerk on the phone: why was I not paid, confirm, dispute with a photo; what somebody else has stays theirs.
import { deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, Person } from './browser';

afterAll(closeBrowser);

const SMALL = { phone: true, size: [360, 780] as [number, number] };

/** A grey PNG of some pixels. */
function picture(width: number, height: number): Buffer {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const crc = (bytes: Buffer) => (bytes.reduce((c, byte) => table[(c ^ byte) & 0xff]! ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const foot = Buffer.alloc(4);
    foot.writeUInt32BE(crc(body));
    return Buffer.concat([head, body, foot]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height, 0x80);
  for (let row = 0; row < height; row += 1) rows[row * (width + 1)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', size), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

describe('a partner on the phone', () => {
  it('answers why one was not paid in at most four taps from login', async () => {
    // R1.13 R0.20 R6.37 R1.55
    const person = await Person.at(SMALL);
    await person.open('/m/');
    await person.signIn('partner');
    await person.page.getByRole('heading', { level: 1, name: '首页' }).waitFor();
    await person.settled();
    await person.shot('phone-partner-home-zh');
    await person.accessible('partner home');
    let taps = 0;
    const tap = async (name: RegExp) => {
      taps += 1;
      await person.page.getByRole('main').getByRole('link', { name }).first().click();
      await person.settled();
    };
    await tap(/为什么没计酬/);
    await person.shot('phone-partner-unpaid-zh');
    await person.accessible('partner unpaid');
    await tap(/未完成实名认证/);
    await person.page.getByText('这一笔没有酬金').waitFor();
    expect(await person.page.getByText(/前满足条件，还能得到|补救期已过/).count()).toBeGreaterThan(0);
    await person.shot('phone-partner-proof-zh');
    await person.accessible('partner proof');
    expect(taps).toBeLessThanOrEqual(4);
    const width = await person.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, 'nothing runs over the edge at 360 px').toBeLessThanOrEqual(360);
    await person.finish();
  });

  it('disputes a line with a photo, once, and hears when it is answered', async () => {
    // R1.14 R0.15
    const person = await Person.signedIn('partner', SMALL);
    await person.open('/m/commission/unpaid');
    const rows = person.page.getByRole('main').getByRole('link', { name: /实名/ });
    await rows.nth(1).click();
    await person.settled();
    if ((await person.page.getByText(/已提出争议/).count()) === 0) {
      await person.page.getByRole('link', { name: '我有异议' }).click();
      await person.page.getByLabel('为什么有异议').fill('客户当天已实名，附照片');
      await person.page.locator('input[type=file]').setInputFiles({ name: 'slip.png', mimeType: 'image/png', buffer: picture(2400, 1800) });
      await person.page.getByRole('img', { name: '第 1 张照片' }).waitFor();
      await person.page.getByText(/草稿已存本机/).waitFor();
      await person.page.reload();
      await person.page.getByRole('img', { name: '第 1 张照片' }).waitFor();
      expect(await person.page.getByLabel('为什么有异议').inputValue()).toBe('客户当天已实名，附照片');
      await person.shot('phone-partner-dispute-zh');
      await person.accessible('partner dispute');
      await person.page.getByRole('button', { name: '提交争议' }).click();
      await person.page.getByRole('heading', { level: 1, name: '我的争议' }).waitFor();
    } else await person.open('/m/disputes');
    await person.settled();
    await person.page
      .getByText(/前答复/)
      .first()
      .waitFor();
    await person.shot('phone-partner-disputes-zh');
    await person.finish();
  });

  it('keeps a dispute that is written without a network and sends it once', async () => {
    // R1.14 R0.20
    const person = await Person.signedIn('partner', SMALL);
    await person.open('/m/commission/unpaid');
    await person.page
      .getByRole('main')
      .getByRole('link', { name: /预算|回单|实名|封顶/ })
      .nth(3)
      .click();
    await person.settled();
    if ((await person.page.getByText(/已提出争议/).count()) === 0) {
      await person.page.getByRole('link', { name: '我有异议' }).click();
      await person.page.getByLabel('为什么有异议').fill('没有网络时写的');
      await person.page.getByText(/草稿已存本机/).waitFor();
      await person.context.setOffline(true);
      await person.page.getByRole('button', { name: '提交争议' }).click();
      await person.page.getByText(/待提交/).waitFor();
      await person.context.setOffline(false);
      await person.page.getByText(/待提交/).waitFor({ state: 'detached' });
    }
    await person.context.close();
  });

  it('confirms a statement in one step and is told when it is paid', async () => {
    // R1.44 R0.19
    const person = await Person.signedIn('partner', SMALL);
    await person.open('/m/statement?period=2026-06');
    await person.shot('phone-partner-statement-zh', true);
    await person.accessible('partner statement');
    const button = person.page.getByRole('button', { name: /确认/ });
    if (await button.count()) await button.click();
    await person.page.getByText(/已确认，\d{4}-\d\d-\d\d 前付款/).waitFor();
    await person.open('/m/payments');
    await person.shot('phone-partner-payments-zh');
    await person.accessible('partner payments');
    expect(await person.page.getByText(/还需开票/).count()).toBeGreaterThan(0);
    await person.finish();
  });

  it('shows the four states, the calendar and the ladders in both languages', async () => {
    // R1.55 R1.13
    for (const lang of ['zh-CN', 'en'] as const) {
      const person = await Person.signedIn('partner', { ...SMALL, lang });
      await person.open('/m/commission');
      await person.page.getByText(lang === 'en' ? 'Release calendar' : '释放日历').waitFor();
      await person.shot(`phone-partner-commission-${lang}`, true);
      await person.accessible(`partner commission ${lang}`);
      await person.open('/m/policies');
      await person.shot(`phone-partner-policies-${lang}`);
      await person.finish();
    }
  });

  it('says of each ladder how much is missing and what the next step pays, as the interface does', async () => {
    // R1.13 R1.55
    const person = await Person.signedIn('partner', SMALL);
    interface Rung {
      title: string;
      next: number | null;
      next_each: number | null;
      next_pays: number | null;
      money: boolean;
    }
    const told = (await (await person.context.request.get('/api/v1/my/commission')).json()) as { ladders: Rung[] };
    const climbing = told.ladders.filter((rung) => rung.next !== null);
    expect(climbing.length).toBeGreaterThan(0);
    await person.open('/m/commission');
    const fen = (amount: number) => `¥${(amount / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}`;
    for (const rung of climbing) {
      const words = rung.next_each === null ? fen(rung.next_pays ?? 0) : rung.money ? `${rung.next_each / 10_000}%` : fen(rung.next_each);
      await person.page.getByText(rung.title, { exact: true }).first().waitFor();
      expect(await person.page.getByText(words).count(), `${rung.title}: ${words}`).toBeGreaterThan(0);
    }
    await person.finish();
  });

  it('sees nothing of others, and what is no photo is refused', async () => {
    // R0.15 R0.1
    const person = await Person.signedIn('partner', SMALL);
    const call = person.context.request;
    expect((await call.get('/api/v1/statements/2026-07/A00001')).status()).toBe(404);
    const bring = (data: Buffer) => call.post('/api/v1/attachments?name=x.jpg', { headers: { 'X-Qudao': '1' }, data });
    expect((await bring(Buffer.from('MZ no photo'))).status()).toBe(422);
    expect((await bring(Buffer.alloc(50 << 20))).status()).toBe(413);
    await person.finish();
  });
});

describe('a clerk on the phone', () => {
  it('sees their own lines and no others', async () => {
    // R1.23
    const person = await Person.signedIn('clerk', SMALL);
    const me = (await (await person.context.request.get('/api/v1/my/commission')).json()) as { who: { code: string; account: string } };
    const lines = (await (await person.context.request.get('/api/v1/my/lines?limit=500')).json()) as { items: { payee: string }[] };
    expect(lines.items.length).toBeGreaterThan(0);
    expect(lines.items.every((line) => line.payee === me.who.code)).toBe(true);
    expect((await person.context.request.get(`/api/v1/statements/2026-07/${me.who.account}`)).status()).toBe(403);
    await person.open('/m/commission');
    await person.shot('phone-clerk-commission-zh');
    await person.accessible('clerk commission');
    await person.page.getByRole('link', { name: /本期所得/ }).click();
    await person.settled();
    await person.shot('phone-clerk-lines-zh');
    await person.finish();
  });
});

describe('a store manager on the phone', () => {
  it("reads their outlet's business and commission, and whom to ask", async () => {
    // R1.23 R1.55
    const person = await Person.signedIn('store', SMALL);
    const me = (await (await person.context.request.get('/api/v1/my/commission')).json()) as { who: { code: string } };
    for (const [name, path] of [
      ['home', '/m/'],
      ['business', '/m/business'],
      ['commission', '/m/commission'],
      ['lines', '/m/commission/lines'],
      ['policies', '/m/policies'],
      ['mine', '/m/mine'],
    ] as const) {
      await person.open(path);
      await person.accessible(`store ${name}`);
      await person.shot(`phone-store-${name}-zh`, true);
      expect(await person.page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(360);
    }
    const lines = (await (await person.context.request.get('/api/v1/my/lines?limit=500')).json()) as { items: { outlet?: string }[] };
    expect(me.who.code).not.toBe('');
    expect(lines.items.every((line) => line.outlet === undefined || line.outlet === '' || line.outlet === me.who.code)).toBe(true);
    await person.finish();
  });
});

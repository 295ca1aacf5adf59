// What goes wrong: no result, a wrong file, a file too large, a file that unpacks to too much, a lost connection, a policy with a mistake.
import { closeSync, ftruncateSync, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, Person } from './browser';

afterAll(closeBrowser);

describe('a filter without a result', () => {
  it.each([
    ['zh-CN', '没有符合条件的记录', '重置'],
    ['en', undefined, undefined],
  ] as const)('says so and offers the way back (%s)', async (lang, title, reset) => {
    const person = await Person.signedIn('leader', { lang });
    await person.open('/outlets?q=zzzzqqqq');
    const box = person.page.locator('.state-box');
    await box.waitFor();
    if (title) await box.getByText(title).waitFor();
    await person.accessible(`no result ${lang}`);
    await person.shot(`wrong-no-result-${lang}`);
    await (reset ? box.getByRole('button', { name: reset }) : box.getByRole('button')).click();
    await person.settled();
    expect(await person.page.locator('tbody tr.ant-table-row').count()).toBeGreaterThan(0);
    expect(person.page.url()).not.toContain('q=');
    await person.finish();
  });
});

/** An archive of one part whose directory declares four gigabytes, in some hundred bytes. */
function bomb(): Buffer {
  const name = Buffer.from('xl/worksheets/sheet1.xml');
  const sizes = (at: Buffer, from: number) => {
    at.writeUInt32LE(0, from);
    at.writeUInt32LE(0, from + 4);
    at.writeUInt32LE(0xfffffff0, from + 8);
    at.writeUInt16LE(name.length, from + 12);
  };
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  sizes(local, 14);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(20, 4);
  central.writeUInt16LE(20, 6);
  central.writeUInt16LE(8, 10);
  sizes(central, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length, 16);
  return Buffer.concat([local, name, central, name, end]);
}

describe('a file that cannot be taken', () => {
  // R0.7, R0.14, R0.15
  it('of the wrong kind, too large, or unpacking to too much is refused with what to do', async () => {
    const person = await Person.signedIn('settlement');
    await person.open('/imports');
    await person.page.getByRole('button', { name: '上传文件' }).first().click();
    const file = person.page.locator('.ant-drawer input[type=file]');
    const send = person.page.locator('.ant-drawer-footer').getByRole('button', { name: '上传' });
    await file.setInputFiles({ name: '合同.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
    await person.page.getByRole('alert').getByText('合同.pdf: 不支持这种文件；可上传 .csv .tsv .txt .xlsx').waitFor();
    expect(await send.isDisabled()).toBe(true);
    await person.accessible('a wrong file');
    await person.shot('wrong-file');

    const large = join(mkdtempSync(join(tmpdir(), 'qudao-')), '全年业务.csv');
    const open = openSync(large, 'w');
    ftruncateSync(open, (512 << 20) + 1);
    closeSync(open);
    await file.setInputFiles(large);
    await person.page.getByRole('alert').getByText('全年业务.csv: 文件超过 512 MB，请分成较小的文件').waitFor();
    await person.shot('wrong-large');

    await file.setInputFiles({ name: '账单.xlsx', mimeType: 'application/zip', buffer: bomb() });
    await send.click();
    await person.page
      .getByText(/账单\.xlsx 解压后超过 1024 MiB；请拆分为多个文件，或改用 CSV/)
      .first()
      .waitFor();
    await person.shot('wrong-bomb');
    await person.finish();
  });
});

describe('a lost connection', () => {
  it('during a job is told; the page comes back to it and shows its end', async () => {
    const person = await Person.signedIn('leader');
    const begin = async (name: string) => {
      const query = { metrics: ['effective_orders'], by: ['outlet', 'day'], from: '2025-09-01', to: '2026-08-31' };
      const answer = await person.context.request.post('/api/v1/exports', {
        headers: { 'X-Qudao': '1' },
        data: { query, format: 'xlsx', name },
      });
      return ((await answer.json()) as { id: string }).id;
    };
    // two run at once: the last one waits for a while
    const jobs = [];
    for (let number = 1; number <= 3; number += 1) jobs.push(await begin(`断线 ${number}`));
    const last = jobs.at(-1)!;
    let cut = false;
    await person.page.route(`**/api/v1/jobs/${last}/events`, (route) => route.abort('internetdisconnected'));
    await person.page.route(`**/api/v1/jobs/${last}`, (route) => (cut ? route.abort('internetdisconnected') : route.continue()));
    await person.page.goto(`/jobs?id=${last}`);
    await person.page.getByText('连接中断，正在重新连接；任务在后台继续').waitFor();
    cut = true;
    await person.accessible('a lost connection');
    await person.shot('wrong-lost');
    for (let tries = 0; tries < 200; tries += 1) {
      const job = (await (await person.context.request.get(`/api/v1/jobs/${last}`)).json()) as { state: string };
      if (job.state === 'done') break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(await person.page.locator('.ant-drawer').getByText('已完成').count()).toBe(0);
    cut = false;
    await person.page.unroute(`**/api/v1/jobs/${last}/events`);
    await person.page.locator('.ant-drawer').getByText('已完成').waitFor({ timeout: 30_000 });
    await person.page.getByText('连接中断，正在重新连接；任务在后台继续').waitFor({ state: 'detached' });
    await person.shot('wrong-lost-found');
    await person.context.close();
  });

  it('while saving keeps what was typed and says so', async () => {
    const person = await Person.signedIn('leader');
    await person.open('/volume');
    await person.page.getByRole('button', { name: '我的视图' }).click();
    await person.page.getByRole('button', { name: '保存当前页面为视图' }).click();
    await person.page.getByLabel('视图名称').fill('断网时保存');
    await person.page.route('**/api/v1/views', (route) => route.abort('internetdisconnected'));
    await person.page.locator('.ant-drawer-footer').getByRole('button', { name: '保存' }).click();
    await person.page.getByText('网络连接中断，请检查网络后重试；已填写的内容还在').waitFor();
    expect(await person.page.getByLabel('视图名称').inputValue()).toBe('断网时保存');
    await person.context.close();
  });
});

describe('a policy with a mistake', () => {
  // R0.34
  it('cannot be sent, and the line and the remedy are told in the language of the page', async () => {
    const person = await Person.signedIn('settlement', { lang: 'en' });
    const made = await person.context.request.post('/api/v1/drafts', { headers: { 'X-Qudao': '1' }, data: { text: '' } });
    expect(made.ok()).toBe(true);
    const draft = (await made.json()) as { head: { id: string } };
    await person.open(`/policy-drafts/${draft.head.id}`);
    await person.page.locator('.cm-content').click();
    await person.page.keyboard.press('Control+a');
    await person.page.keyboard.insertText('政策 wrong 版本 1 "有误" {\n  组成 a "甲" 每笔 activation 付 代理商 = 六元\n}\n');
    await person.page
      .getByText(/Line \d+/i)
      .first()
      .waitFor();
    await person.page.getByText(/^Saved, revision/).waitFor();
    await person.accessible('a policy with a mistake');
    await person.shot('wrong-policy-en');
    await person.finish();
  });
});

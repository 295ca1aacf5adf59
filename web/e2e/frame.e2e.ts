// The frame of the console: signing in, the session that ends mid-way, language, theme, keyboard, search, dead ends.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person, SERVER } from './browser';

afterAll(closeBrowser);

const TODAY = { 'X-Qudao': '1' };

describe('signing in', () => {
  it('leads where one wanted to go; a wrong password is told plainly', async () => {
    // R0.1
    const person = await Person.at();
    await person.open('/outlets');
    await person.accessible('sign-in');
    await person.shot('sign-in');
    await person.signIn('supervisor', 'not-the-password');
    await person.page.getByRole('alert').waitFor();
    await person.shot('sign-in-refused');
    await person.signIn('supervisor');
    await person.page.getByRole('heading', { level: 1, name: '网点' }).waitFor();
    expect(new URL(person.page.url()).pathname).toBe('/outlets');
    await person.finish();
  });

  it('again over the page when the session ended; what was filtered and typed is still there', async () => {
    const person = await Person.signedIn('supervisor');
    await person.open('/partners?q=a');
    await person.context.request.delete('/api/v1/session', { headers: TODAY });
    await person.page.getByRole('button', { name: '刷新' }).click();
    const dialog = person.page.getByRole('dialog');
    await dialog.waitFor();
    await person.shot('session-ended');
    await person.accessible('session ended');
    await dialog.locator('input[autocomplete=current-password]').fill('qudao-demo-2026');
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'hidden' });
    await person.settled();
    expect(await person.page.getByLabel('名称或编码').inputValue()).toBe('a');
    await person.finish();
  });
});

describe('the frame', () => {
  it.concurrent.each(LOOKS)('is accessible in $name', async (look) => {
    const person = await Person.reading('admin', look);
    await person.open('/');
    await person.accessible(`home ${look.name}`);
    await person.shot(`home-admin-${look.name}`);
    await person.finish();
  });

  it('changes language and keeps the page', async () => {
    const person = await Person.signedIn('leader');
    await person.open('/outlets?grade=A');
    await person.page.getByRole('button', { name: 'English' }).click();
    await person.page.getByRole('heading', { level: 1, name: 'Outlets' }).waitFor();
    expect(person.page.url()).toContain('grade=A');
    await person.page.reload();
    await person.page.getByRole('heading', { level: 1, name: 'Outlets' }).waitFor();
    await person.finish();
  });

  it('is used with the keyboard: / searches, g goes, j and Enter open', async () => {
    const person = await Person.signedIn('leader');
    await person.open('/');
    await person.page.keyboard.press('g');
    await person.page.keyboard.press('c');
    await person.page.getByRole('heading', { level: 1, name: '代理商' }).waitFor();
    await person.settled();
    await person.page.keyboard.press('j');
    await person.page.keyboard.press('Enter');
    await person.page.getByRole('dialog').waitFor();
    expect(person.page.url()).toContain('id=');
    await person.page.keyboard.press('Escape');
    await person.page.keyboard.press('/');
    await person.page.getByRole('combobox').first().waitFor();
    await person.finish();
  });

  it('has pages for what is not there and what one may not see', async () => {
    // R0.1
    const person = await Person.signedIn('ad');
    await person.open('/no-such-page');
    await person.page.getByRole('heading', { level: 1, name: '没有这个页面' }).waitFor();
    await person.accessible('missing page');
    await person.open('/partners');
    await person.page.getByRole('heading', { level: 1, name: '没有权限' }).waitFor();
    await person.accessible('forbidden page');
    await person.shot('forbidden');
    await person.finish();
  });
});

describe('search', () => {
  // R0.9
  it('finds by code, part of a name and pinyin initials, and opens what was found', async () => {
    const person = await Person.signedIn('supervisor');
    const { items } = (await (await person.context.request.get(`${SERVER}/api/v1/outlets?limit=1`)).json()) as {
      items: { code: string; name: string }[];
    };
    const outlet = items[0]!;
    await person.open('/');
    await person.page.keyboard.press('/');
    await person.page.getByRole('combobox').first().fill(outlet.code);
    await person.page.getByRole('option').first().waitFor();
    await person.accessible('search');
    await person.shot('search');
    await person.page.keyboard.press('Enter');
    await person.page.getByRole('heading', { name: outlet.name, level: 1 }).waitFor();
    expect(person.page.url()).toContain(`/outlets/${outlet.code}`);
    await person.finish();
  });

  it('finds nothing outside of what one may see', async () => {
    const all = await Person.signedIn('leader');
    const channel = await Person.signedIn('channel');
    const codes = async (person: Person) =>
      (await (await person.context.request.get('/api/v1/outlets?limit=500')).json()) as { items: { code: string }[]; total: number };
    const [every, own] = [await codes(all), await codes(channel)];
    expect(own.total).toBeLessThan(every.total);
    const foreign = every.items.find((row) => !own.items.some((mine) => mine.code === row.code))!;
    const found = (await (await channel.context.request.get(`/api/v1/search?q=${foreign.code}`)).json()) as { items: unknown[] };
    expect(found.items).toEqual([]);
    expect((await channel.context.request.get(`/api/v1/outlets/${foreign.code}`)).status()).toBe(404);
    await all.finish();
    await channel.finish();
  });
});

describe('background work', () => {
  it.concurrent.each(LOOKS)('is listed and accessible in $name', async (look) => {
    const person = await Person.reading('settlement', look);
    await person.open('/jobs');
    await person.accessible(`jobs ${look.name}`);
    await person.shot(`jobs-${look.name}`);
    await person.finish();
  });
});

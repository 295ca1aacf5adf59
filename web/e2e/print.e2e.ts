// What is printed: the content of a page on paper, without what is only for the screen, whatever the look on the screen.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, Person, type Login } from './browser';

afterAll(closeBrowser);

const WITHOUT = ['.shell-brand', '.shell-top', '.shell-nav', '.page-head .actions', '.filters', '.list-foot'];
/** Width of A4 on its side without margins, in CSS pixels. */
const PAPER = 1047;

const PAGES: [name: string, path: string, login: Login][] = [
  ['workbench', '/', 'leader'],
  ['statements', '/settlement/statements?period=2026-07', 'settlement'],
  ['volume', '/volume', 'leader'],
  ['development', '/analysis/development', 'leader'],
  ['policies', '/policies', 'marketing'],
  ['outlets', '/outlets', 'channel'],
  ['orders', '/orders', 'system'],
  ['exits', '/exits', 'supervisor'],
  ['applications', '/applications', 'channel'],
];

describe('on paper', () => {
  it.concurrent.each(PAGES)('%s is its content alone, in black on white', async (name, path, login) => {
    // R7.2 R1.38
    const person = await Person.reading(login, { dark: true, size: [PAPER, 900] });
    await person.open(path);
    await person.page.emulateMedia({ media: 'print' });
    for (const part of WITHOUT) expect(await person.page.locator(part).locator('visible=true').count(), part).toBe(0);
    expect(await person.page.getByRole('heading', { level: 1 }).first().isVisible()).toBe(true);
    const paper = await person.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(paper).toBe('rgb(255, 255, 255)');
    await person.shot(`print-${name}`, true);
    const pdf = await person.page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await person.finish();
  });
});

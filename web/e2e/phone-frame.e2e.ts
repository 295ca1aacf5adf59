// The frame of the phone pages: signing in, language, large text, the smallest screen.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

describe.each(LOOKS)('in $name', (look) => {
  it('signing in and one’s own page are accessible', async () => {
    const person = await Person.at({ ...look, phone: true });
    await person.open('/m/mine');
    await person.accessible(`phone sign-in ${look.name}`);
    await person.shot(`phone-sign-in-${look.name}`);
    await person.signIn('clerk');
    await person.page.locator('.m-segments').first().waitFor();
    await person.settled();
    await person.accessible(`phone mine ${look.name}`);
    await person.shot(`phone-mine-${look.name}`);
    await person.finish();
  });
});

describe('on the smallest screen', () => {
  it('nothing is wider than 360 pixels, also in large text', async () => {
    // R0.20
    const person = await Person.signedIn('partner', { phone: true, size: [360, 740] });
    await person.open('/m/mine');
    await person.page.getByRole('button', { name: '大字' }).click();
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await person.shot('phone-mine-large');
    await person.finish();
  });

  it('tells a wrong password in the language of the page', async () => {
    const person = await Person.at({ phone: true });
    await person.open('/m/mine');
    await person.signIn('partner', 'not-the-password');
    const words = await person.page.getByRole('alert').textContent();
    expect(words).toMatch(/[\u4e00-\u9fff]/);
    await person.finish();
  });
});

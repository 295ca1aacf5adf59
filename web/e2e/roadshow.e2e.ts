// 电话与流动助销: a manager notes a call in two taps; a unit is looked at by week, counted on at a stop on the phone, and its sheet is there for the desk.
import { afterAll, expect, test } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

const PAGES = ['/field/calls', '/field/roadshows', '/field/attendance'];

for (const look of LOOKS) {
  test.concurrent(`calls and roadshows, ${look.name}`, { timeout: 120_000 }, async () => {
    // R1.17, R7.86, R8.130
    const person = await Person.reading('supervisor', look);
    for (const path of PAGES) {
      await person.open(path);
      await person.shot(`calls${path.replace(/\W+/g, '-')}-${look.name}`, true);
      await person.accessible(path);
    }
    await person.finish();
  });
}

test('a call in two taps', { timeout: 120_000 }, async () => {
  // R7.86, S6
  const channel = await Person.signedIn('channel', { phone: true, size: [360, 740] });
  await channel.open('/m/field/calls');
  const counted = channel.page.getByText(/^今日 \d+ \/ \d+ 个电话$/);
  await counted.waitFor();
  const before = Number((await counted.innerText()).match(/\d+/)![0]);
  await channel.accessible('phone calls');
  await channel.page.getByRole('list', { name: '该联系的网点' }).getByRole('button').first().click();
  await channel.page.getByRole('button', { name: '回访，经营正常' }).click();
  await channel.page.getByText(new RegExp(`^今日 ${before + 1} / `)).waitFor();
  await channel.shot('calls-phone', true);
  await channel.finish();
});

test('a stop counted on the phone is in the sheet of the desk', { timeout: 180_000 }, async () => {
  // R1.20
  const channel = await Person.signedIn('channel', { phone: true, size: [360, 740] });
  await channel.open('/m/roadshows');
  await channel.page.getByRole('link', { name: /乡镇集市流动助销/ }).click();
  await channel.page.getByRole('list', { name: '站点' }).getByRole('button').first().click();
  await channel.page.getByRole('button', { name: '增加到访人数' }).click();
  await channel.shot('roadshow-phone-stop', true);
  await channel.accessible('phone stop');
  await channel.page.getByRole('button', { name: '保存数量' }).click();
  await channel.page.getByRole('dialog').waitFor({ state: 'hidden' });
  await channel.finish();

  const marketing = await Person.signedIn('marketing');
  await marketing.open('/field/roadshows');
  await marketing.page.getByRole('link', { name: '乡镇集市流动助销' }).click();
  await marketing.page.getByRole('heading', { name: '业绩归属' }).waitFor();
  expect(await marketing.page.getByText('齐全').count()).toBeGreaterThan(5);
  await marketing.shot('roadshow-sheet', true);
  await marketing.accessible('a unit');
  await marketing.finish();
});

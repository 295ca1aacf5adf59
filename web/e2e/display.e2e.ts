// Display and distribution: material from its application to a photo, a correction by two people, a shelf and an order with its reasons.
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';
import { verb } from './hands';

afterAll(closeBrowser);

const PAGES = [
  ['corrections', '/display/corrections'],
  ['pop', '/display/pop'],
  ['display-agreements', '/display/agreements'],
  ['recalls', '/display/recalls'],
  ['standards', '/display/standards'],
  ['plans', '/display/plans'],
  ['agencies', '/display/agencies'],
  ['launches', '/display/launches'],
  ['rescores', '/display/rescores'],
  ['first-notice', '/display/first-notice'],
  ['brand', '/display/brand'],
  ['shelves', '/distribution/shelves'],
  ['model-stock', '/distribution/stock'],
  ['reach', '/distribution/reach'],
  ['assortment', '/distribution/assortment'],
  ['risks', '/distribution/risks'],
  ['model-orders', '/distribution/orders'],
  ['push', '/distribution/push'],
] as const;

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const json = async <T>(person: Person, path: string): Promise<T> => {
  const answer = await person.context.request.get(`/api/v1${path}`);
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return (await answer.json()) as T;
};

describe.each(LOOKS)('in $name', (look) => {
  it.concurrent.each(PAGES)('%s is accessible', async (name, path) => {
    const person = await Person.reading('channel', look);
    await person.open(path);
    await person.accessible(`${name} ${look.name}`);
    await person.shot(`display-${name}-${look.name}`, true);
    await person.finish();
  });
});

describe('the channel manager', () => {
  it('hangs a piece with a photo', async () => {
    // R7.25 R7.180 R7.183
    const person = await Person.signedIn('channel');
    const { items } = await json<{ items: { id: string }[] }>(person, '/display/pop?state=in_production');
    const id = items[0]!.id;
    await person.open(`/display/pop/${id}`);
    await person.page.getByRole('button', { name: '投放', exact: true }).click();
    await person.page.getByLabel('同意投放的店方负责人').fill('店主');
    await person.page.getByText('现场已清理').click();
    await person.page.locator('input[type=file]').setInputFiles({ name: 'after.png', mimeType: 'image/png', buffer: PNG });
    await verb(person, '投放').click();
    await expect.poll(async () => (await json<{ asset: { state: string } }>(person, `/display/pop/${id}`)).asset.state).toBe('placed');
    await person.finish();
  });

  it('sends an order as it was proposed, and it is received', async () => {
    // R7.121 R7.125
    const person = await Person.signedIn('channel');
    const { items } = await json<{ items: { outlet: string }[] }>(person, '/distribution/shelves?state=no');
    await person.open(`/distribution/outlets/${items[0]!.outlet}/proposal?kind=initial`);
    await person.page.getByRole('button', { name: '发送订货单', exact: true }).click();
    await person.page.waitForURL('**/distribution/orders');
    const sent = await json<{ items: { id: string; outlet: string }[] }>(
      person,
      `/distribution/orders?state=sent&outlet=${items[0]!.outlet}`,
    );
    expect(sent.items.length).toBeGreaterThan(0);
    await person.finish();
  });
});

describe('the marketing department', () => {
  it('does not submit a plan with a line nobody answers for', async () => {
    // R7.191
    const person = await Person.signedIn('marketing');
    const { items } = await json<{ items: { id: string }[] }>(person, '/display/plans?state=draft');
    await person.open(`/display/plans/${items[0]!.id}`);
    await person.page.getByText('未指定').waitFor();
    await person.page.getByRole('button', { name: '提交', exact: true }).click();
    await verb(person, '提交').click();
    await person.page.getByText('请逐行指定一名责任人').waitFor();
    await person.accessible('a plan that lacks an owner');
    await person.finish();
  });
});

describe('the channel manager on a launch', () => {
  it('shows with a photo that a piece stands', async () => {
    // R7.128
    const person = await Person.signedIn('channel');
    const before = await json<unknown[]>(person, '/display/launch-tasks?open=true');
    await person.open('/display/launches?open=true');
    await person.page.getByRole('button', { name: '登记投放', exact: true }).first().click();
    await person.page.locator('input[type=file]').setInputFiles({ name: 'stands.png', mimeType: 'image/png', buffer: PNG });
    await verb(person, '登记投放').click();
    await expect.poll(async () => (await json<unknown[]>(person, '/display/launch-tasks?open=true')).length).toBe(before.length - 1);
    await person.finish();
  });
});

describe('a phone', () => {
  it('shows what is to be put right at an outlet', async () => {
    // R7.265
    const person = await Person.signedIn('channel', { phone: true, size: [360, 780] });
    const { items } = await json<{ items: { outlet: string }[] }>(person, '/display/pop?state=placed');
    await person.open(`/m/display/${items[0]!.outlet}`);
    await person.page.getByRole('list', { name: '在点物料' }).waitFor();
    await person.accessible('display on the phone');
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await person.finish();
  });
});

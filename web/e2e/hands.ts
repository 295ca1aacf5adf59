// What journeys of people, accounts and files do again and again.
import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import { Person } from './browser';

export const FIRST = 'first-password-1';
export const OWN = 'a-password-of-mine-2';

let made = 0;

/** A login nobody has yet. */
export const freshLogin = (stem: string): string => `${stem}.${Date.now().toString(36)}${(made += 1)}`;

interface Added {
  login: string;
  name: string;
  role?: string;
  over?: string;
  phone?: string;
}

/** Adds a person as an administrator does, without the form. */
export async function add(admin: Person, { login, name, role = 'marketing_support', over = '', phone = '' }: Added): Promise<void> {
  const grant = { role, over, from: '2026-08-01', to: null, reason: '端到端测试' };
  const answer = await admin.context.request.post('/api/v1/people', {
    headers: { 'X-Qudao': '1' },
    data: { login, name, phone, duty_hours: '', first_password: FIRST, grant },
  });
  expect(answer.status(), await answer.text()).toBe(201);
}

/** A session of a person who has a password of their own. */
export async function enter(login: string, password = OWN, look = {}): Promise<Person> {
  const person = await Person.at(look);
  const answer = await person.context.request.post('/api/v1/session', { headers: { 'X-Qudao': '1' }, data: { login, password } });
  expect(answer.ok(), `sign-in of ${login}: ${answer.status()}`).toBe(true);
  return person;
}

/** Adds a person and lets them choose a password of their own. */
export async function settle(admin: Person, added: Added): Promise<void> {
  await add(admin, added);
  const person = await enter(added.login, FIRST);
  const answer = await person.context.request.post('/api/v1/me/password', {
    headers: { 'X-Qudao': '1' },
    data: { old: FIRST, new: OWN },
  });
  expect(answer.status()).toBe(204);
  await person.finish();
}

/** Chooses an option of a select field of the open drawer by typing a part of it. */
export async function choose(person: Person, label: string, option: string): Promise<void> {
  const field = person.page.locator('.ant-drawer-open .ant-form-item', { has: person.page.getByText(label, { exact: true }) });
  await field.locator('.ant-select').click();
  await person.page.keyboard.insertText(option);
  await person.page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: option }).first().click();
}

/** Types a day into a date field. */
export async function day(person: Person, label: string, text: string): Promise<void> {
  const field = person.page.locator('.ant-drawer-open').getByLabel(label, { exact: true });
  await field.fill(text);
  await field.press('Enter');
}

/** The verb of the drawer that is open. */
export const verb = (person: Person, name: string) =>
  person.page.locator('.ant-drawer-open .ant-drawer-footer').getByRole('button', { name, exact: true }).last();

/** The code an authenticator app shows for a secret, some half minutes from an instant. */
export function totp(secret: string, at: number, later = 0): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/\s/g, '')].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000) + later));
  const sum = createHmac('sha1', key).update(step).digest();
  return String((sum.readUInt32BE(sum[19]! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** How far the server's clock is from ours, in milliseconds; the demo lives in a time of its own. */
export async function ahead(person: Person): Promise<number> {
  const sessions = (await (await person.context.request.get('/api/v1/me/sessions')).json()) as { begun_at: string; here: boolean }[];
  return Date.parse(sessions.find((one) => one.here)!.begun_at) - Date.now();
}

/** A file a page hands over, as text. */
export async function downloaded(person: Person, press: () => Promise<unknown>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([person.page.waitForEvent('download'), press()]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** Lines of a CSV file without line breaks in its cells. */
export const rowsOf = (csv: Buffer): string[][] =>
  csv
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));

/** Waits for a job and gives its result. */
export async function ended(person: Person, job: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 300; tries += 1) {
    const seen = (await (await person.context.request.get(`/api/v1/jobs/${job}`)).json()) as {
      state: string;
      result: Record<string, unknown>;
    };
    if (seen.state === 'done') return seen.result;
    expect(['waiting', 'running']).toContain(seen.state);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`job ${job} did not end`);
}

// A browser for journeys: desktop and phone, signed in by role, checked by axe, pictured.
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** The server under test. */
export const SERVER = process.env.QUDAO_URL ?? 'http://127.0.0.1:8616';
const SHOTS = process.env.QUDAO_SHOTS ?? fileURLToPath(new URL('./shots', import.meta.url));
const PASSWORD = 'qudao-demo-2026';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Demo logins. */
export type Login =
  | 'admin'
  | 'leader'
  | 'supervisor'
  | 'channel'
  | 'marketing'
  | 'system'
  | 'settlement'
  | 'settlement2'
  | 'service'
  | 'auditor'
  | 'partner'
  | 'store'
  | 'clerk'
  | 'ad';

export interface Look {
  /** Width and height; 1440×900, or 390×844 for a phone. */
  size?: [number, number];
  phone?: boolean;
  lang?: 'zh-CN' | 'en';
  dark?: boolean;
}

let running: Promise<Browser> | undefined;

const browser = () =>
  (running ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }));

/** Ends the browser; call in `afterAll`. */
export async function closeBrowser(): Promise<void> {
  await (await running)?.close();
  running = undefined;
}

/** A person at a screen. Errors of the page fail `finish`. */
export class Person {
  readonly errors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly look: Look,
  ) {
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) this.errors.push(message.text());
    });
  }

  static async at(look: Look = {}): Promise<Person> {
    const [width, height] = look.size ?? (look.phone ? [390, 844] : [1440, 900]);
    const context = await (
      await browser()
    ).newContext({
      baseURL: SERVER,
      viewport: { width, height },
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      colorScheme: look.dark ? 'dark' : 'light',
      deviceScaleFactor: look.phone ? 2 : 1,
      hasTouch: look.phone ?? false,
      isMobile: look.phone ?? false,
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    if (look.lang) await context.addInitScript((lang) => localStorage.setItem('qudao.lang', lang), look.lang);
    return new Person(context, await context.newPage(), look);
  }

  /** Signed in, without going through the form. */
  static async signedIn(login: Login, look: Look = {}): Promise<Person> {
    const person = await Person.at(look);
    const answer = await person.context.request.post('/api/v1/session', {
      headers: { 'X-Qudao': '1' },
      data: { login, password: PASSWORD },
    });
    expect(answer.ok(), `sign-in of ${login}: ${answer.status()}`).toBe(true);
    return person;
  }

  /** Through the form, as a person does. */
  async signIn(login: Login, password = PASSWORD): Promise<void> {
    await this.page.locator('input[autocomplete=username]').fill(login);
    await this.page.locator('input[autocomplete=current-password]').fill(password);
    await this.page.locator('button[type=submit]').click();
  }

  /** Opens an address and waits until nothing is loading. */
  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await this.settled();
  }

  async settled(): Promise<void> {
    await this.page.waitForLoadState('networkidle');
    await this.page.waitForFunction(
      () => document.querySelectorAll('.ant-skeleton-active,.ant-spin-spinning,.m-skeleton').length === 0,
      undefined,
      {
        timeout: 30_000,
      },
    );
  }

  /** No finding of axe (WCAG 2.2 AA and best practice) on the page as it is. */
  async accessible(name: string): Promise<void> {
    await this.page.evaluate(AXE);
    const found = await this.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run: (root: Document, options: object) => Promise<{ violations: Finding[] }> } };
      interface Finding {
        id: string;
        nodes: { html: string; failureSummary?: string }[];
      }
      const { violations } = await axe.run(document, { resultTypes: ['violations'] });
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} — ${node.failureSummary ?? ''}`).join(' | ')}`,
      );
    });
    expect(found, `axe on ${name}`).toEqual([]);
  }

  /** Keeps a picture of the page. */
  async shot(name: string, fullPage = false): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage });
  }

  /** Ends, and fails for errors the page told its console. */
  async finish(): Promise<void> {
    await this.context.close();
    expect(this.errors).toEqual([]);
  }
}

/** The four looks every page is checked in. */
export const LOOKS: (Look & { name: string })[] = [
  { name: 'zh', lang: 'zh-CN' },
  { name: 'en', lang: 'en' },
  { name: 'zh-dark', lang: 'zh-CN', dark: true },
];

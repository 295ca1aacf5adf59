// A browser for journeys: desktop and phone, signed in by role, checked by axe, pictured.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** The server under test. */
export const SERVER = process.env.QUDAO_URL ?? 'http://127.0.0.1:8616';
/** Where pictures of the pages are kept: where it is named, else beside this file, else nowhere where nobody would look at them. */
const SHOTS = process.env.QUDAO_SHOTS ?? (process.env.CI ? undefined : fileURLToPath(new URL('./shots', import.meta.url)));
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
  | 'supply'
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
  /** Colours are checked in the dark as well. */
  both?: boolean;
}

/** Where a page notes since when nothing is loading, in milliseconds of its clock. */
type Calm = Window & { calmSince?: number };

let running: Promise<Browser> | undefined;

/** The whole browser: what it keeps outlives its being killed. */
const WHOLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const START = {
  // The shell draws the same pages with a fifth less of the machine.
  executablePath: process.env.CHROMIUM ?? ['/usr/bin/chromium-headless-shell', WHOLE].find(existsSync)!,
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
};

/** Contexts of people who only read, by who they are and how they look. */
const readers = new Map<string, Promise<BrowserContext>>();

const browser = () => (running ??= chromium.launch(START));

/** How a browser is set for a look. */
const screen = (look: Look): BrowserContextOptions => {
  const [width, height] = look.size ?? (look.phone ? [390, 844] : [1440, 900]);
  return {
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
  };
};

/** Ends the browser; call in `afterAll`. */
export async function closeBrowser(): Promise<void> {
  await (await running)?.close();
  running = undefined;
  readers.clear();
}

/** Signs a browser in without the form. */
async function enter(context: BrowserContext, login: Login): Promise<void> {
  const answer = await context.request.post('/api/v1/session', { headers: { 'X-Qudao': '1' }, data: { login, password: PASSWORD } });
  expect(answer.ok(), `sign-in of ${login}: ${answer.status()}`).toBe(true);
}

/** A person at a screen. Errors of the page fail `finish`. */
export class Person {
  readonly errors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly look: Look,
    /** Whether others read in the same browser. */
    private readonly shared = false,
  ) {
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) this.errors.push(message.text());
    });
  }

  static async at(look: Look = {}): Promise<Person> {
    const context = await Person.context(look);
    return new Person(context, await context.newPage(), look);
  }

  private static async context(look: Look): Promise<BrowserContext> {
    const context = await (await browser()).newContext(screen(look));
    if (look.lang) await context.addInitScript((lang) => localStorage.setItem('qudao.lang', lang), look.lang);
    return context;
  }

  /** Signed in once for all pages of a file that are only read, each in a tab of its own: they can be looked at side by side. */
  static async reading(login: Login, look: Look = {}): Promise<Person> {
    const key = JSON.stringify([login, look]);
    const begin = async () => {
      const context = await Person.context(look);
      await enter(context, login);
      return context;
    };
    if (!readers.has(key)) readers.set(key, begin());
    const context = await readers.get(key)!;
    return new Person(context, await context.newPage(), look, true);
  }

  /** A browser of its own that keeps what it keeps in a folder, as the one of a phone does: it can be killed and started again. */
  static async resident(folder: string, look: Look = {}): Promise<Person> {
    const context = await chromium.launchPersistentContext(folder, { ...START, executablePath: WHOLE, ...screen(look) });
    return new Person(context, context.pages()[0] ?? (await context.newPage()), look);
  }

  /** Kills a browser of its own, as a phone does that needs the memory: nothing is told to its pages before. */
  async kill(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.context.once('close', () => resolve()));
    const line = await this.context.newCDPSession(this.page);
    line.send('Browser.crash').catch(() => undefined);
    await gone;
  }

  /** Signed in, without going through the form. */
  static async signedIn(login: Login, look: Look = {}): Promise<Person> {
    const person = await Person.at(look);
    await person.enter(login);
    return person;
  }

  /** Signs in without the form. */
  async enter(login: Login): Promise<void> {
    await enter(this.context, login);
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

  /** Nothing is loading, and has not been for a moment: a part of the program that comes late brings a skeleton of its own. */
  async settled(): Promise<void> {
    await this.page.waitForLoadState('networkidle');
    await this.page.evaluate(() => delete (window as Calm).calmSince);
    await this.page.waitForFunction(
      () => {
        const page: Calm = window;
        const loads = document.querySelector('.ant-skeleton-active,.ant-spin-spinning,.m-skeleton') !== null;
        if (loads || document.querySelector('h1,[role=alert]') === null) delete page.calmSince;
        else page.calmSince ??= performance.now();
        return performance.now() - (page.calmSince ?? Infinity) > 80;
      },
      undefined,
      { timeout: 30_000 },
    );
  }

  /** No finding of axe (WCAG 2.2 AA and best practice) on the page as it is. */
  async accessible(name: string): Promise<void> {
    await this.page.evaluate(AXE);
    await this.still();
    expect(await this.found(), `axe on ${name}`).toEqual([]);
    if (!this.look.both) return;
    // In the dark only colours differ.
    await this.page.emulateMedia({ colorScheme: 'dark' });
    await this.still();
    expect(await this.found(['color-contrast', 'link-in-text-block']), `axe on ${name} in the dark`).toEqual([]);
    await this.shot(`${name.replace(/\W+/g, '-')}-dark`, true);
    await this.page.emulateMedia({ colorScheme: 'light' });
  }

  /** No colour is on its way to another one. */
  private async still(): Promise<void> {
    await this.page.waitForFunction(() => document.getAnimations().every((one) => !(one instanceof CSSTransition)));
  }

  /** What axe finds, by all its rules or by some. */
  private found(rules?: string[]): Promise<string[]> {
    return this.page.evaluate(async (rules) => {
      const { axe } = window as unknown as { axe: { run: (root: Document, options: object) => Promise<{ violations: Finding[] }> } };
      interface Finding {
        id: string;
        nodes: { html: string; failureSummary?: string }[];
      }
      const { violations } = await axe.run(document, {
        preload: false,
        resultTypes: ['violations'],
        ...(rules && { runOnly: { type: 'rule', values: rules } }),
      });
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} — ${node.failureSummary ?? ''}`).join(' | ')}`,
      );
    }, rules);
  }

  /** Keeps a picture of the page, if pictures are kept. */
  async shot(name: string, fullPage = false): Promise<void> {
    if (SHOTS === undefined) return;
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage });
  }

  /** Ends, and fails for errors the page told its console. */
  async finish(): Promise<void> {
    await (this.shared ? this.page : this.context).close();
    expect(this.errors).toEqual([]);
  }
}

/** The looks every page is checked in: both languages, and the dark of one. */
export const LOOKS: (Look & { name: string })[] = [
  { name: 'zh', lang: 'zh-CN', both: true },
  { name: 'en', lang: 'en' },
];

// No untranslated text: Chinese files hold Chinese, English files hold English, and code holds neither.
import { describe, expect, it } from 'vitest';

const CHINESE = /[\u3400-\u9fff]/;
const SENTENCE = /(?:\b[A-Za-z]{2,}\b[ ,]+){3,}/;

const zh = import.meta.glob<object>('./zh/*.ts', { eager: true, import: 'default' });
const en = import.meta.glob<object>('./en/*.ts', { eager: true, import: 'default' });
const sources = import.meta.glob<string>('../**/*.{ts,tsx}', { eager: true, query: '?raw', import: 'default' });

const strings = (texts: object, at = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${at}${key}`, value] as [string, string]] : strings(value as object, `${at}${key}.`),
  );

const vars = (words: string) => [...words.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe('texts', () => {
  it('have a twin in the other language', () => {
    expect(Object.keys(en).map((file) => file.slice(5))).toEqual(Object.keys(zh).map((file) => file.slice(5)));
  });

  it.each(Object.entries(zh))('%s is Chinese', (_, texts) => {
    for (const [key, words] of strings(texts)) expect(SENTENCE.test(words.replace(/\{\{\w+\}\}/g, '')), `${key}: ${words}`).toBe(false);
  });

  it.each(Object.entries(en))('%s is English and names the same things', (file, texts) => {
    const twin = new Map(strings(zh[file.replace('/en/', '/zh/')]!));
    for (const [key, words] of strings(texts)) {
      expect(CHINESE.test(words), `${key}: ${words}`).toBe(false);
      expect(vars(words), key).toEqual(vars(twin.get(key) ?? ''));
    }
  });

  it.each(Object.entries(zh))('%s holds nothing that nobody shows', (file, texts) => {
    const namespace = file.slice(5, -3);
    // One for each permission of the server, by its name.
    if (namespace === 'permissions') return;
    const code = Object.entries(sources)
      .filter(([path, source]) => !/\/i18n\/|\/(zh|en)\/|\.test\.|schema\.d\.ts$/.test(path) && source.includes(`'${namespace}'`))
      .map(([, source]) => source)
      .join('\n');
    const quoted = new Set([...code.matchAll(/['"`]([\w.]+)['"`]/g)].map((match) => match[1]!));
    // Keys put together from a code of the server: `group.${code}`, `${code}Suffix`.
    const built = [...code.matchAll(/\w\(\s*`([\w.]*)\$\{[^`]*\}([\w.]*)`/g)].filter(([, head, tail]) => head || tail);
    const unused = strings(texts)
      .map(([key]) => key)
      .filter((key) => {
        const groups = key.split('.').map((_, at, parts) => parts.slice(0, at + 1).join('.'));
        return !groups.some((group) => quoted.has(group)) && !built.some(([, head, tail]) => key.startsWith(head!) && key.endsWith(tail!));
      });
    expect(unused).toEqual([]);
  });

  it('stand in i18n files and navigation entries only', () => {
    const free = /^\.\/|\/format\/|routes\.tsx?$|\.test\.tsx?$|schema\.d\.ts$|testing\//;
    for (const [file, source] of Object.entries(sources)) {
      if (free.test(file)) continue;
      const line = source.split('\n').findIndex((words) => CHINESE.test(words.replace(/\/\/.*|\/\*.*|^\s*\*.*/, '')));
      expect(line, `${file}:${line + 1} has a text that nobody can translate`).toBe(-1);
    }
  });
});

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

  it('stand in i18n files and navigation entries only', () => {
    const free = /^\.\/|\/format\/|routes\.tsx?$|\.test\.tsx?$|schema\.d\.ts$|testing\//;
    for (const [file, source] of Object.entries(sources)) {
      if (free.test(file)) continue;
      const line = source.split('\n').findIndex((words) => CHINESE.test(words.replace(/\/\/.*|\/\*.*|^\s*\*.*/, '')));
      expect(line, `${file}:${line + 1} has a text that nobody can translate`).toBe(-1);
    }
  });
});

// What a first visit loads, compressed: held below a limit, so that no page makes all others slow.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  isEntry?: boolean;
  isDynamicEntry?: boolean;
  src?: string;
}

const dist = (path: string) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
const size = (file: string) => gzipSync(readFileSync(file)).length;

function build(folder: string) {
  const manifest = JSON.parse(readFileSync(dist(`${folder}.vite/manifest.json`), 'utf8')) as Record<string, Chunk>;
  const files = (key: string, seen = new Set<string>()): Set<string> => {
    const chunk = manifest[key];
    if (!chunk || seen.has(chunk.file)) return seen;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
    for (const next of chunk.imports ?? []) files(next, seen);
    return seen;
  };
  const bytes = (keys: string[]) => {
    const all = new Set(keys.flatMap((key) => [...files(key)]));
    return [...all].reduce((sum, file) => sum + size(dist(`${folder}${file}`)), 0);
  };
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry)!;
  const pages = Object.keys(manifest).filter((key) => manifest[key]?.isDynamicEntry && key.endsWith('Page.tsx'));
  return { bytes, entry, pages };
}

describe.skipIf(!existsSync(dist('index.html')))('first load, gzip', () => {
  it('console at most 500 KB', () => {
    const { bytes, entry, pages } = build('');
    console.log(`console: ${Math.round(bytes([entry]) / 1024)} KB, ${pages.length} pages`);
    expect(bytes([entry])).toBeLessThan(500 * 1024);
  });

  it('each page of the phone at most 200 KB in all', () => {
    const { bytes, entry, pages } = build('m/');
    console.log(`phone: ${Math.round(bytes([entry]) / 1024)} KB, ${pages.length} pages`);
    for (const page of pages) expect(bytes([entry, page]), page).toBeLessThan(200 * 1024);
  });
});

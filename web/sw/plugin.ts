// Writes sw.js beside the phone build once its files are known.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Files every visitor needs at once; pages that are opened later come into the cache of the browser by themselves. */
export function serviceWorker(source: string): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(js|css|html)$/.test(name));
      const files = [...names, 'index.html', 'icon.svg', 'manifest.webmanifest'].map((name) => `/m/${name}`);
      const unique = [...new Set(files)].sort();
      const hash = createHash('sha256').update(unique.join()).digest('hex').slice(0, 12);
      const text = readFileSync(source, 'utf8').replace('__VERSION__', `m-${hash}`).replace('__FILES__', JSON.stringify(unique));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: text });
    },
  };
}

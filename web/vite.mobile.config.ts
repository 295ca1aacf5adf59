// The phone pages, at /m/: an entry, a worker and a manifest of their own.
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vite';
import { serviceWorker } from './sw/plugin.ts';
import { shared } from './vite.shared.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(
  mergeConfig(shared, {
    root: here('./mobile'),
    base: '/m/',
    plugins: [serviceWorker(here('./sw/sw.js'))],
    server: { port: Number(process.env.QUDAO_DEV_PORT ?? 5174), fs: { allow: [here('.')] } },
    build: { outDir: here('./dist/m'), emptyOutDir: true },
  }),
);

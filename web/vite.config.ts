// The console, at /.
import { defineConfig, mergeConfig } from 'vite';
import { shared } from './vite.shared.ts';

export default defineConfig(
  mergeConfig(shared, {
    base: '/',
    server: { port: Number(process.env.QUDAO_DEV_PORT ?? 5173), proxy: { '/m': { target: 'http://127.0.0.1:5174' } } },
    build: { outDir: 'dist', emptyOutDir: true },
  }),
);

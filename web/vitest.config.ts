import { defineConfig, mergeConfig } from 'vitest/config';
import { shared } from './vite.shared.ts';

export default mergeConfig(
  shared,
  defineConfig({
    test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/testing/setup.ts'], testTimeout: 20_000 },
  }),
);

// Journeys in a real browser against the server at $QUDAO_URL.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Journeys that leave the network, orders or accounts changed behind them: after all others, by name. */
const LAST = /(airtime|field|field-desk|flow-editor|network-life|orders|recruit|roadshow)\.e2e\.ts$/;

/** The same order in every run. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => `${LAST.test(moduleId) ? 1 : 0} ${moduleId}`;
    return files.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/**/*.e2e.ts'],
    fileParallelism: false,
    // Pages that are only read are looked at side by side.
    maxConcurrency: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { sequencer: ByName },
  },
});

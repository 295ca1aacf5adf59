// Questions to the metric catalogue, and how figures are written.
import { useQuery } from '@tanstack/react-query';
import { answer, http, type Schema } from '@/api/client';
import { count, money, percent } from '@/shared/format/money';

export type Question = Schema<'MetricQuery'>;
export type Table = Schema<'FigureTable'>;
export type Cell = Schema<'FigureCell'>;
export type Metric = Schema<'MetricView'>;
export type Catalogue = Schema<'MetricCatalogue'>;
export type Filter = Schema<'FilterSent'>;

/** Nothing beside the figures; spread and set what is wanted. */
export const ALONE = { previous: false, last_year: false, adjusted: false, target: false };

/** The catalogue; it changes with a release only. */
export const useCatalogue = () =>
  useQuery({ queryKey: ['metrics'], queryFn: () => answer(http.GET('/api/v1/metrics')), staleTime: 600_000 });

/** What the figures of an answer are and how they are split: they may stand in for one another only where this is the same. */
const shape = ({ metrics, by = [], across = null }: Question) => JSON.stringify([metrics, by, across]);

/** The answer to a question. While it is counted, the one before stays, unless its figures would then stand under another name. */
export const useFigures = (question: Question | undefined) =>
  useQuery({
    queryKey: ['figures', question],
    enabled: question !== undefined,
    queryFn: ({ signal }) => answer(http.POST('/api/v1/metrics/query', { body: question as Question, signal })),
    placeholderData: (before, asked) => {
      const former = asked?.queryKey[1] as Question | undefined;
      return former && question && shape(former) === shape(question) ? before : undefined;
    },
  });

/** A figure as its unit is written: `1,234.50`, `12.3%`, `1,234`. */
export function figure(unit: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '—';
  if (unit === 'fen') return money(value);
  if (unit === 'ppm') return percent(value / 1e6);
  return count(value);
}

/** Parts of a million as a share of one. */
export const part = (ppm: number | null | undefined): number | null => (ppm === null || ppm === undefined ? null : ppm / 1e6);

/** A figure as a length or a place on an axis. */
export const size = (unit: string, value: number | null | undefined): number | null => {
  if (value === null || value === undefined) return null;
  return unit === 'fen' ? value / 100 : unit === 'ppm' ? value / 10_000 : value;
};

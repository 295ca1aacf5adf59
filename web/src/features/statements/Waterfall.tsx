import { useMemo } from 'react';
import type { Schema } from '@/api/client';
import { useLang, useT } from '@/i18n';
import { axisStyle, Chart } from '@/shared/charts/Chart';
import { money, short, yuan } from '@/shared/format/money';
import { useDark } from '@/shared/prefs';
import { steps, type Step } from './way';

const COLORS = { sum: ['#3a5bc7', '#7f9cf5'], up: ['#2f855a', '#68d391'], down: ['#c0562f', '#f6ad7b'] } as const;

interface Api {
  value: (index: number) => number;
  coord: (point: [number, number]) => [number, number];
  size: (span: [number, number]) => [number, number];
}

/** A bar from where the sum stood to where it stands after the step. */
function bar(_: unknown, api: Api, colors: string[]) {
  const at = api.value(0);
  const [x, top] = api.coord([at, Math.max(api.value(1), api.value(2))]);
  const [, bottom] = api.coord([at, Math.min(api.value(1), api.value(2))]);
  const width = Math.min(56, api.size([1, 0])[0] * 0.6);
  const shape = { x: x - width / 2, y: top, width, height: Math.max(1, bottom - top) };
  return { type: 'rect', shape, style: { fill: colors[at] } };
}

/** From the gross of a statement to what is paid, step by step. */
export function Waterfall({ totals }: { totals: Schema<'TotalsView'> }) {
  const t = useT('statements');
  const lang = useLang();
  const isDark = useDark();
  const rows = useMemo(() => steps(totals), [totals]);
  const option = useMemo(() => {
    const color = (step: Step) => COLORS[step.isSum ? 'sum' : step.fen < 0 ? 'down' : 'up'][isDark ? 1 : 0];
    const colors = rows.map(color);
    const style = axisStyle(isDark);
    return {
      tooltip: {
        trigger: 'axis',
        axisPointer: { type: 'shadow' },
        formatter: (parts: { dataIndex: number }[]) => {
          const step = rows[parts[0]?.dataIndex ?? 0]!;
          return `${t(`step.${step.name}`)} ${yuan(step.fen)}`;
        },
      },
      legend: { show: false },
      grid: { left: 8, right: 12, top: 16, bottom: 8, containLabel: true },
      xAxis: {
        type: 'category',
        data: rows.map((step) => t(`step.${step.name}`)),
        ...style,
        axisLabel: { ...style.axisLabel, interval: 0 },
      },
      yAxis: { type: 'value', ...style, axisLabel: { ...style.axisLabel, formatter: (fen: number) => short(fen / 100, lang) } },
      series: [
        {
          type: 'custom',
          name: t('way'),
          encode: { x: 0, y: [1, 2] },
          renderItem: (context: unknown, api: Api) => bar(context, api, colors),
          data: rows.map((step, index) => [index, step.from, step.to]),
        },
      ],
    };
  }, [rows, isDark, lang, t]);
  return (
    <Chart
      summary={t('waySummary', { lines: yuan(totals.lines), payment: yuan(totals.payment) })}
      option={option}
      height={260}
      name={t('way')}
      data={{ head: [t('item'), t('stepAmount')], rows: rows.map((step) => [t(`step.${step.name}`), money(step.fen)]) }}
    />
  );
}

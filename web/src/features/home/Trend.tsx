import { useMemo } from 'react';
import type { Schema } from '@/api/client';
import { useLang, useT } from '@/i18n';
import { axisStyle, Chart } from '@/shared/charts/Chart';
import { money, short, yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { useDark } from '@/shared/prefs';

/** Payments of the settled months. */
export function Trend({ points }: { points: Schema<'Point'>[] }) {
  const t = useT('home');
  const lang = useLang();
  const isDark = useDark();
  const option = useMemo(
    () => ({
      tooltip: { trigger: 'axis', valueFormatter: (fen: number) => yuan(Math.round(fen)) },
      xAxis: { type: 'category', data: points.map((point) => month(point.month, lang)), ...axisStyle(isDark) },
      yAxis: {
        type: 'value',
        ...axisStyle(isDark),
        axisLabel: { ...axisStyle(isDark).axisLabel, formatter: (fen: number) => short(fen / 100, lang) },
      },
      series: [{ type: 'bar', name: t('payment'), barMaxWidth: 48, data: points.map((point) => point.payment) }],
    }),
    [points, lang, isDark, t],
  );
  const span = { from: month(points[0]?.month ?? '', lang), to: month(points.at(-1)?.month ?? '', lang) };
  return (
    <Chart
      summary={t('trendSummary', span)}
      option={option}
      name={t('trend')}
      data={{ head: [t('month'), t('payment')], rows: points.map((point) => [month(point.month, lang), money(point.payment)]) }}
    />
  );
}

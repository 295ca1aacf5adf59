import { useMemo } from 'react';
import { useLang, useT } from '@/i18n';
import { axisStyle, Chart } from '@/shared/charts/Chart';
import { weekday } from '@/shared/format/time';
import { short } from '@/shared/format/money';
import { useDark } from '@/shared/prefs';
import { figure, size, type Metric, type Table } from './ask';

/** A metric over days, weeks or months, with the periods it is compared with and the holidays marked. */
export function Trend({ table, metric, onPick }: { table: Table; metric: Metric; onPick?: (key: string) => void }) {
  const t = useT('volume');
  const isDark = useDark();
  const lang = useLang();
  const option = useMemo(() => {
    const keys = table.rows.map((row) => row.key[0] ?? '');
    const at = (pick: 'value' | 'previous' | 'last_year') => table.rows.map((row) => size(metric.unit, row.cells[0]?.[pick]));
    const marked = table.marked.filter((day) => keys.includes(day.day));
    const style = axisStyle(isDark);
    const holidays = marked.filter((day) => day.kind === 'holiday').map((day) => [{ xAxis: day.day, name: '' }, { xAxis: day.day }]);
    const line = (name: string, data: (number | null)[]) => ({
      name,
      type: 'line' as const,
      data,
      symbol: 'none',
      lineStyle: { width: 1.5, type: 'dashed' as const },
    });
    return {
      tooltip: {
        trigger: 'axis',
        valueFormatter: (value: unknown) => (typeof value === 'number' ? short(value, lang) : '—'),
      },
      xAxis: {
        type: 'category',
        data: keys,
        ...style,
        axisLabel: {
          ...style.axisLabel,
          formatter: (key: string) => (key.length === 10 ? `${key.slice(5)} ${keys.length <= 31 ? weekday(key, lang) : ''}` : key),
        },
      },
      yAxis: { type: 'value', ...style, axisLabel: { ...style.axisLabel, formatter: (value: number) => short(value, lang) } },
      series: [
        {
          name: metric.name,
          type: 'bar' as const,
          data: at('value'),
          barMaxWidth: 28,
          markArea: { silent: true, itemStyle: { color: isDark ? '#3a2f1a' : '#fff0d6' }, data: holidays },
        },
        ...(table.previous ? [line(t('previous'), at('previous'))] : []),
        ...(table.last_year ? [line(t('lastYear'), at('last_year'))] : []),
      ],
    };
  }, [table, metric, isDark, lang, t]);
  const total = figure(metric.unit, table.total[0]?.value);
  const data = {
    head: [t('period'), metric.name, ...(table.previous ? [t('previous')] : []), ...(table.last_year ? [t('lastYear')] : [])],
    rows: table.rows.map((row) => [
      row.labels[0] ?? '',
      figure(metric.unit, row.cells[0]?.value),
      ...(table.previous ? [figure(metric.unit, row.cells[0]?.previous)] : []),
      ...(table.last_year ? [figure(metric.unit, row.cells[0]?.last_year)] : []),
    ]),
  };
  return (
    <Chart
      summary={`${metric.name} ${table.days.from} – ${table.days.to}: ${total}`}
      option={option}
      data={data}
      height={300}
      name={metric.name}
      {...(onPick ? { onPick: (event) => onPick(event.name) } : {})}
    />
  );
}

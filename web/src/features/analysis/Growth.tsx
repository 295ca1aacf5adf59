import { useMemo } from 'react';
import { useLang } from '@/i18n';
import { axisStyle, Chart } from '@/shared/charts/Chart';
import { figure, size, type Metric, type Table } from '@/shared/figures/ask';
import { short } from '@/shared/format/money';
import { useDark } from '@/shared/prefs';

/** Openings above the line, closings below it, and what is in force as a line; by month. */
export function Growth({
  table,
  metrics,
  name,
}: {
  table: Table;
  metrics: { opened: Metric; closed: Metric; open: Metric };
  name: string;
}) {
  const isDark = useDark();
  const lang = useLang();
  const { opened, closed, open } = metrics;
  const option = useMemo(() => {
    const at = (metric: Metric, sign = 1) => {
      const place = table.metrics.indexOf(metric.id);
      return table.rows.map((row) => sign * (size(metric.unit, row.cells[place]?.value) ?? 0));
    };
    const style = axisStyle(isDark);
    return {
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => (typeof value === 'number' ? short(value, lang) : '—') },
      xAxis: { type: 'category', data: table.rows.map((row) => row.labels[0] ?? ''), ...style },
      yAxis: [
        { type: 'value', ...style, minInterval: 1 },
        { type: 'value', ...style, splitLine: { show: false }, minInterval: 1 },
      ],
      series: [
        { name: opened.name, type: 'bar', stack: 'flow', barMaxWidth: 28, data: at(opened) },
        { name: closed.name, type: 'bar', stack: 'flow', barMaxWidth: 28, data: at(closed, -1) },
        { name: open.name, type: 'line', yAxisIndex: 1, symbol: 'circle', symbolSize: 5, data: at(open) },
      ],
    };
  }, [table, opened, closed, open, isDark, lang]);
  const all = [opened, closed, open];
  return (
    <Chart
      summary={name}
      name={name}
      option={option}
      height={260}
      data={{
        head: ['', ...all.map((metric) => metric.name)],
        rows: table.rows.map((row) => [
          row.labels[0] ?? '',
          ...all.map((metric) => figure(metric.unit, row.cells[table.metrics.indexOf(metric.id)]?.value)),
        ]),
      }}
    />
  );
}

import { useMemo } from 'react';
import { useLang } from '@/i18n';
import { axisStyle, Chart } from '@/shared/charts/Chart';
import { figure, size, useFigures, type Metric, type Question } from '@/shared/figures/ask';
import { short } from '@/shared/format/money';
import { useDark } from '@/shared/prefs';
import { QueryState } from '@/shared/ui/QueryState';

interface Props {
  base: Question;
  metric: Metric;
  onOpen: (keys: { dimension: string; key: string }[], name: string) => void;
}

/** Weeks down, days of the week across: where business gathers. */
export function Heat({ base, metric, onOpen }: Props) {
  const isDark = useDark();
  const lang = useLang();
  const query = useFigures({ ...base, by: ['week'], across: 'weekday' });
  const option = useMemo(() => {
    const found = query.data;
    if (!found) return {};
    const style = axisStyle(isDark);
    const data = found.rows.flatMap((row, y) => row.cells.map((cell, x) => [x, y, size(metric.unit, cell.value) ?? 0]));
    const most = Math.max(1, ...data.map(([, , value]) => value ?? 0));
    return {
      tooltip: { trigger: 'item', valueFormatter: (value: unknown) => (typeof value === 'number' ? short(value, lang) : '—') },
      grid: { left: 8, right: 12, top: 8, bottom: 40, containLabel: true },
      xAxis: { type: 'category', data: found.across.map((head) => head.label), ...style },
      yAxis: { type: 'category', inverse: true, data: found.rows.map((row) => row.key[0]), ...style },
      visualMap: {
        min: 0,
        max: most,
        orient: 'horizontal',
        left: 'center',
        bottom: 0,
        itemHeight: 80,
        textStyle: { color: isDark ? '#9aa6b6' : '#56606f' },
        formatter: (value: unknown) => short(Number(value), lang),
        inRange: { color: isDark ? ['#1a2740', '#2f5fb0', '#7aa8f7'] : ['#eef4fd', '#7aa8ea', '#1a5fd0'] },
      },
      series: [{ type: 'heatmap', data, name: metric.name, itemStyle: { borderColor: isDark ? '#181d26' : '#fff', borderWidth: 1 } }],
    };
  }, [query.data, isDark, lang, metric]);
  return (
    <QueryState query={query} rows={6}>
      {(found) => (
        <Chart
          summary={metric.name}
          name={metric.name}
          option={option}
          height={Math.min(420, 110 + found.rows.length * 30)}
          data={{
            head: ['', ...found.across.map((head) => head.label)],
            rows: found.rows.map((row) => [row.labels[0] ?? '', ...row.cells.map((cell) => figure(metric.unit, cell.value))]),
          }}
          onPick={(event) => {
            const [x, y] = event.value as [number, number];
            const row = found.rows[y];
            const head = found.across[x];
            if (row && head) {
              const keys = [
                { dimension: 'week', key: row.key[0] ?? '' },
                { dimension: 'weekday', key: head.key },
              ];
              onOpen(keys, `${row.key[0]} ${head.label}`);
            }
          }}
        />
      )}
    </QueryState>
  );
}

import { useT } from '@/i18n';
import { Delta } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { figure, part, type Catalogue, type Metric, type Table } from './ask';

interface Props {
  table: Table;
  catalogue: Catalogue;
  label: string;
  /** Columns beside a metric, where nothing goes across. */
  beside?: ('share' | 'growth' | 'year' | 'adjusted' | 'target' | 'goal' | 'before')[];
  onOpen?: (metric: Metric, keys: { dimension: string; key: string }[], name: string) => void;
}

/** Rows by keys, columns by keys across and metrics; every figure opens to what it is made of. */
export function Pivot({ table, catalogue, label, beside = [], onOpen }: Props) {
  const t = useT('volume');
  const metrics = table.metrics.flatMap((id) => catalogue.metrics.filter((metric) => metric.id === id));
  const names = new Map(catalogue.dimensions.map((one) => [one.code, one.name]));
  const acrossCode = table.across_by ?? undefined;
  const across = acrossCode !== undefined;
  const heads = table.across.flatMap((head) =>
    metrics.map((metric) => ({
      head,
      metric,
      title: across ? (metrics.length > 1 ? `${head.label} ${metric.name}` : head.label) : metric.name,
    })),
  );
  const extras = across ? [] : beside;
  const extra = (unit: string, cell: Table['total'][number], which: (typeof beside)[number]) => {
    if (which === 'share') return cell.share_ppm === undefined ? '—' : figure('ppm', cell.share_ppm);
    if (which === 'target') return cell.attainment_ppm === undefined ? '—' : figure('ppm', cell.attainment_ppm);
    if (which === 'goal') return figure(unit, cell.target);
    if (which === 'before') return figure(unit, cell.previous);
    const ppm = which === 'growth' ? cell.growth_ppm : which === 'year' ? cell.year_growth_ppm : cell.adjusted_growth_ppm;
    return <Delta share={part(ppm)} />;
  };
  const titles = {
    share: t('share'),
    growth: t('growth'),
    year: t('yearGrowth'),
    adjusted: t('adjusted'),
    target: t('attainment'),
    goal: t('target'),
    before: t('previous'),
  };
  const cells = (row: Table['total'], keys: { dimension: string; key: string }[] | undefined, name: string) =>
    heads.flatMap(({ head, metric }, at) => {
      const cell = row[at] ?? { value: null };
      const shown = figure(metric.unit, cell.value);
      const all = keys && acrossCode ? [...keys, { dimension: acrossCode, key: head.key }] : keys;
      const opens = onOpen && all && cell.value !== null && cell.value !== 0;
      return [
        <td key={at} className="num">
          {opens ? (
            <button type="button" className="link" onClick={() => onOpen(metric, all, `${name} ${across ? head.label : metric.name}`)}>
              {shown}
            </button>
          ) : (
            shown
          )}
        </td>,
        ...extras.map((which) => (
          <td key={`${at}${which}`} className="num">
            {extra(metric.unit, cell, which)}
          </td>
        )),
      ];
    });
  return (
    <PlainTable label={label} maxHeight={520}>
      <thead>
        <tr>
          {table.by.map((code) => (
            <th key={code} scope="col">
              {names.get(code) ?? code}
            </th>
          ))}
          {heads.flatMap(({ title, metric }, at) => [
            <th key={at} scope="col" className="num">
              {title}
              {metric.unit === 'fen' ? `（${t('unit.fen')}）` : ''}
            </th>,
            ...extras.map((which) => (
              <th key={`${at}${which}`} scope="col" className="num">
                {titles[which]}
              </th>
            )),
          ])}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <tr key={row.key.join('|')}>
            {row.labels.map((name, at) => (
              <th key={at} scope="row">
                {name}
                {row.key[at] !== name && !/^\d{4}-/.test(row.key[at] ?? '') && <span className="muted small"> {row.key[at]}</span>}
              </th>
            ))}
            {cells(
              row.cells,
              table.by.map((dimension, at) => ({ dimension, key: row.key[at] ?? '' })),
              row.labels.join(' '),
            )}
          </tr>
        ))}
        {table.rest && (
          <tr>
            <th scope="row" colSpan={Math.max(1, table.by.length)}>
              {t('rest', { count: table.rest.rows })}
            </th>
            {cells(table.rest.cells, undefined, '')}
          </tr>
        )}
        <tr>
          <th scope="row" colSpan={Math.max(1, table.by.length)}>
            {t('total')}
          </th>
          {cells(table.total, [], t('total'))}
        </tr>
      </tbody>
    </PlainTable>
  );
}

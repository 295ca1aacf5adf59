import { Link } from '@tanstack/react-router';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useAreas, useWords } from '@/shared/words';

type Row = Schema<'PriceAgendaRow'>;

const TAGS = ['high', 'low'] as const;

/** Whose prices are to be looked at first: types of outlets with a tag, then whoever was not looked at for longest. */
export default function AgendaPage() {
  const t = useT('priceReport');
  const label = useLabel('priceReport');
  const words = useWords();
  const { areas, loading } = useAreas();
  const columns: Column<Row>[] = [
    {
      key: 'outlet',
      title: t('outlet'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/outlets/$code" params={{ code: row.outlet } as never} title={row.outlet}>
          {row.outlet_name}
        </Link>
      ),
    },
    { key: 'area', title: t('area'), render: (_, row) => row.territory_name },
    { key: 'subtype', title: t('subtype'), render: (_, row) => words.label(row.subtype) || '—' },
    {
      key: 'tag',
      title: t('lookFor'),
      render: (_, row) => (row.tag ? <StatusTag tone="warn">{label('tags', row.tag)}</StatusTag> : '—'),
    },
    { key: 'last', title: t('lastSeen'), render: (_, row) => row.last ?? t('never') },
    { key: 'ago', title: t('daysAgo'), num: true, render: (_, row) => (row.days === null ? '—' : count(row.days)) },
    {
      key: 'checks',
      title: t('seenPrices'),
      render: (_, row) => (
        <Link to="/prices/checks" search={{ outlet: row.outlet } as never} aria-label={`${t('seenPrices')} ${row.outlet_name}`}>
          {t('seenPrices')}
        </Link>
      ),
    },
  ];
  return (
    <>
      <PageHead title={t('agenda')} />
      <p className="muted">{t('agendaHelp')}</p>
      <ResourceTable<Row>
        id="price-agenda"
        label={t('agenda')}
        columns={columns}
        rowKey={(row) => row.outlet}
        load={(query, signal) => answer(http.GET('/api/v1/price-agenda', { params: { query: query as object }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('outlet') },
          { kind: 'area', name: 'territory', label: t('area'), areas, loading },
          { kind: 'select', name: 'tag', label: t('lookFor'), options: TAGS.map((value) => ({ value, label: t(`tags.${value}`) })) },
        ]}
        whenEmpty={<EmptyBox title={t('noAgenda')} />}
      />
    </>
  );
}

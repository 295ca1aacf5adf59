import { Button } from 'antd';
import { answer, http } from '@/api/client';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { stringifySearch } from '@/shared/url';
import { percent, type Shelf } from './data';

/** Outlets by how whole their shelves are. */
export default function ShelvesPage() {
  const t = useT('distribution');
  const common = useT('common');
  const columns: Column<Shelf>[] = [
    { key: 'outlet', title: t('outlet'), fixed: 'left', render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'type', title: t('type'), dataIndex: 'outlet_type' },
    { key: 'assigned', title: t('assigned'), num: true, dataIndex: 'assigned' },
    { key: 'shown', title: t('onShelf'), num: true, dataIndex: 'shown' },
    { key: 'share', title: t('shelfRate'), num: true, render: (_, row) => percent(row.share) },
    {
      key: 'state',
      title: t('compliance'),
      render: (_, row) =>
        row.compliant === null ? (
          <StatusTag>{t('shelfStates.unseen')}</StatusTag>
        ) : (
          <StatusTag tone={row.compliant ? 'good' : 'bad'}>{t(row.compliant ? 'shelfStates.yes' : 'shelfStates.no')}</StatusTag>
        ),
    },
    { key: 'missing', title: t('missing'), render: (_, row) => row.missing.join('、') || '—' },
    { key: 'banned', title: t('banned'), render: (_, row) => row.banned.join('、') || '—' },
    { key: 'seen', title: t('seenOn'), render: (_, row) => row.seen_on ?? '—' },
  ];
  return (
    <>
      <PageHead title={t('shelvesTitle')} note={t('shelvesNote')} />
      <ResourceTable<Shelf>
        id="shelves"
        label={t('shelvesTitle')}
        columns={columns}
        rowKey={(row) => row.outlet}
        load={(query, signal) => answer(http.GET('/api/v1/distribution/shelves', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all') },
            ...(['no', 'yes', 'unseen'] as const).map((value) => ({ value, label: t(`shelfStates.${value}`) })),
          ],
        }}
        filters={[{ kind: 'text', name: 'q', label: t('search') }]}
        ownFile
        tools={(query) => <Button href={`/api/v1/distribution/shelves/file${stringifySearch(query)}`}>{common('export')}</Button>}
        whenEmpty={<EmptyBox title={t('noShelves')} help={t('noShelvesHelp')} />}
      />
    </>
  );
}

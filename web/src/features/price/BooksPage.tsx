import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { BookForm } from './BookForm';
import { BOOK_KINDS, BOOK_STATES, BOOK_TONES, type Book } from './data';

/** Price books: what holds where, from when, and what waits to be published. */
export default function BooksPage() {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const navigate = useNavigate();
  const may = usePermission('price.manage');
  const [writing, setWriting] = useState(false);
  const open = (id: string) => void navigate({ to: '/prices/books/$id', params: { id } as never });
  const columns: Column<Book>[] = [
    {
      key: 'title',
      title: t('bookTitle'),
      fixed: 'left',
      render: (_, row) => (
        <>
          <Link to="/prices/books/$id" params={{ id: row.id } as never}>
            {row.title}
          </Link>
          <div className="muted">{row.id}</div>
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={BOOK_TONES[row.state]}>{label('bookStates', row.state)}</StatusTag>,
    },
    { key: 'kind', title: t('kind'), render: (_, row) => label('bookKinds', row.kind) },
    { key: 'mode', title: t('mode'), render: (_, row) => label('modes', row.mode) },
    { key: 'area', title: t('area'), dataIndex: 'territory_name' },
    { key: 'type', title: t('outletType'), render: (_, row) => row.outlet_type || t('allTypes') },
    { key: 'from', title: t('from'), dataIndex: 'from' },
    { key: 'last', title: t('lastDay'), render: (_, row) => row.last_day ?? t('untilFurther') },
    { key: 'products', title: t('products'), num: true, render: (_, row) => count(row.products) },
    { key: 'source', title: t('source'), dataIndex: 'source' },
    { key: 'maker', title: t('maker'), dataIndex: 'made_by' },
    { key: 'decided', title: t('decidedBy'), render: (_, row) => [row.decided_by, row.decision].filter(Boolean).join(' · ') || '—' },
  ];
  return (
    <>
      <PageHead
        title={t('books')}
        note={t('booksNote')}
        actions={
          may && (
            <Button type="primary" onClick={() => setWriting(true)}>
              {t('write')}
            </Button>
          )
        }
      />
      <ResourceTable<Book>
        id="price-books"
        label={t('books')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/price-books', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...BOOK_STATES.map((value) => ({ value, label: t(`bookStates.${value}`) }))],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('bookTitle') },
          {
            kind: 'select',
            name: 'kind',
            label: t('kind'),
            options: BOOK_KINDS.map((value) => ({ value, label: t(`bookKinds.${value}`) })),
          },
        ]}
        onOpen={(row) => open(row.id)}
        whenEmpty={<EmptyBox title={t('noBooks')} help={may ? t('noBooksHelp') : undefined} />}
      />
      {writing && <BookForm onClose={() => setWriting(false)} onDone={open} />}
    </>
  );
}

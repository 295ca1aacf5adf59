import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, http } from '@/api/client';
import { useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { useUrl } from '@/shared/url';
import { Assign } from './Assign';
import { useAreas, useStateTabs, useWords, type OutletRow } from './data';
import { LifeTag } from './LifeParts';
import { OutletDrawer } from './OutletDrawer';

export default function OutletsPage() {
  const t = useT('network');
  const life = useT('life');
  const assigns = usePermission('partner.assign');
  const [assigning, setAssigning] = useState<{ outlets: string[]; clear: () => void }>();
  const [url, change] = useUrl();
  const words = useWords();
  const { areas, loading } = useAreas();
  const tabs = useStateTabs();
  const columns: Column<OutletRow>[] = [
    {
      key: 'code',
      title: t('code'),
      sorter: true,
      fixed: 'left',
      render: (_, row) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => change({ id: row.code })}>
          {row.code}
        </Button>
      ),
    },
    { key: 'name', title: t('name'), sorter: true, render: (_, row) => row.name },
    {
      key: 'owner',
      title: t('owner'),
      sorter: true,
      render: (_, row) =>
        row.owner ? (
          <Link to="/partners" search={{ id: row.owner } as never} title={row.owner}>
            {row.owner_name || row.owner}
          </Link>
        ) : (
          '—'
        ),
    },
    { key: 'territory', title: t('area'), sorter: true, render: (_, row) => row.territory_name || '—' },
    { key: 'channel', title: t('channel'), sorter: true, render: (_, row) => words.label(row.channel) },
    { key: 'subtype', title: t('subtype'), sorter: true, render: (_, row) => words.label(row.subtype) },
    { key: 'grade', title: t('grade'), sorter: true, render: (_, row) => row.grade || '—' },
    { key: 'district', title: t('district'), render: (_, row) => row.district || '—' },
    { key: 'clerks', title: t('clerkCount'), num: true, sorter: true, render: (_, row) => row.clerks },
    { key: 'from', title: t('from'), sorter: true, render: (_, row) => row.from },
    {
      key: 'state',
      title: t('stateLabel'),
      render: (_, row) => <LifeTag state={row.life} />,
    },
  ];
  return (
    <>
      <PageHead
        title={t('outlets')}
        actions={
          <Link to="/network/map">
            <Button>{t('map')}</Button>
          </Link>
        }
      />
      <ResourceTable<OutletRow>
        id="outlets"
        label={t('outlets')}
        columns={columns}
        rowKey={(row) => row.code}
        load={(query, signal) => answer(http.GET('/api/v1/outlets', { params: { query: query as object }, signal }))}
        defaults={{ state: 'active' }}
        tabs={tabs}
        filters={[
          { kind: 'text', name: 'q', label: t('search'), placeholder: t('searchHelp') },
          { kind: 'area', name: 'territory', label: t('area'), areas, loading },
          { kind: 'select', name: 'channel', label: t('channel'), options: words.channels, multiple: true },
          { kind: 'select', name: 'grade', label: t('grade'), options: words.grades, multiple: true },
          { kind: 'select', name: 'subtype', label: t('subtype'), options: words.subtypes, multiple: true, search: true },
          { kind: 'text', name: 'partner', label: t('owner') },
        ]}
        onOpen={(row) => change({ id: row.code })}
        batch={
          assigns
            ? (rows, clear) => (
                <Button type="primary" onClick={() => setAssigning({ outlets: rows.map((row) => row.code), clear })}>
                  {life('assign')}
                </Button>
              )
            : undefined
        }
        whenEmpty={<EmptyBox help={t('emptyOutlets')} />}
      />
      <OutletDrawer code={url.id} onClose={() => change({ id: undefined })} />
      {assigning && <Assign outlets={assigning.outlets} onDone={assigning.clear} onClose={() => setAssigning(undefined)} />}
    </>
  );
}

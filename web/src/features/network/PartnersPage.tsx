import { Button, Tag } from 'antd';
import { answer, http } from '@/api/client';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { useUrl } from '@/shared/url';
import { useAreas, useStateTabs, useWords, type PartnerRow } from './data';
import { LifeTag } from './LifeParts';
import { PartnerDrawer } from './PartnerDrawer';

export default function PartnersPage() {
  const t = useT('network');
  const [url, change] = useUrl();
  const words = useWords();
  const { areas, loading } = useAreas();
  const tabs = useStateTabs();
  const open = (code: string) => change({ id: code });
  const columns: Column<PartnerRow>[] = [
    {
      key: 'code',
      title: t('code'),
      sorter: true,
      fixed: 'left',
      render: (_, row) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => open(row.code)}>
          {row.code}
        </Button>
      ),
    },
    { key: 'name', title: t('name'), sorter: true, render: (_, row) => row.name },
    { key: 'kind', title: t('kind'), render: (_, row) => row.kind },
    { key: 'tier', title: t('tier'), sorter: true, render: (_, row) => words.label(row.tier) },
    {
      key: 'parent',
      title: t('parent'),
      render: (_, row) =>
        row.parent ? (
          <Button type="link" size="small" style={{ padding: 0 }} title={row.parent} onClick={() => open(row.parent)}>
            {row.parent_name || row.parent}
          </Button>
        ) : (
          '—'
        ),
    },
    { key: 'territory', title: t('area'), sorter: true, render: (_, row) => row.territory_name || '—' },
    { key: 'since', title: t('since'), sorter: true, render: (_, row) => row.since },
    { key: 'below', title: t('below'), num: true, sorter: true, render: (_, row) => row.below },
    { key: 'outlets', title: t('outletCount'), num: true, sorter: true, render: (_, row) => row.outlets },
    { key: 'clerks', title: t('clerkCount'), num: true, sorter: true, render: (_, row) => row.clerks },
    {
      key: 'state',
      title: t('stateLabel'),
      render: (_, row) => (
        <>
          <LifeTag state={row.life} /> {row.blacklisted && <Tag color="error">{t('blacklist')}</Tag>}
        </>
      ),
    },
  ];
  return (
    <>
      <PageHead title={t('partners')} />
      <ResourceTable<PartnerRow>
        id="partners"
        label={t('partners')}
        columns={columns}
        rowKey={(row) => row.code}
        load={(query, signal) => answer(http.GET('/api/v1/partners', { params: { query: query as object }, signal }))}
        defaults={{ state: 'active' }}
        tabs={tabs}
        filters={[
          { kind: 'text', name: 'q', label: t('search'), placeholder: t('searchHelp') },
          { kind: 'area', name: 'territory', label: t('area'), areas, loading },
          { kind: 'select', name: 'tier', label: t('tier'), options: words.tiers, multiple: true },
          { kind: 'select', name: 'blacklisted', label: t('blacklist'), options: useYesNo() },
          { kind: 'text', name: 'partner', label: t('parent') },
        ]}
        onOpen={(row) => open(row.code)}
        whenEmpty={<EmptyBox help={t('emptyPartners')} />}
      />
      <PartnerDrawer code={url.id} onClose={() => change({ id: undefined })} />
    </>
  );
}

function useYesNo() {
  const common = useT('common');
  return [
    { value: 'true', label: common('yes') },
    { value: 'false', label: common('no') },
  ];
}

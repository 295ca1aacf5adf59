import { Button } from 'antd';
import { answer, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { useUrl } from '@/shared/url';
import { ParameterDrawer, type LowerName, type UnitName } from './ParameterDrawer';
import { useSaid } from './said';

type Parameter = Schema<'ParameterView'>;

export default function ParametersPage() {
  const t = useT('parameters');
  const said = useSaid();
  const [url, change] = useUrl();
  const columns: Column<Parameter>[] = [
    {
      key: 'title',
      title: t('name'),
      sorter: true,
      render: (_, row) => (
        <Button type="link" style={{ padding: 0, whiteSpace: 'normal', textAlign: 'start' }} onClick={() => change({ id: row.name })}>
          {row.title}
        </Button>
      ),
    },
    { key: 'value', title: t('value'), num: true, render: (_, row) => said(row.unit, row.value) },
    { key: 'unit', title: t('unit'), render: (_, row) => t(`units.${row.unit as UnitName}`) },
    { key: 'default', title: t('default'), num: true, render: (_, row) => said(row.unit, row.default) },
    { key: 'origin', title: t('origin'), render: (_, row) => (row.origin === 'default' ? t('default') : row.origin_name) },
    { key: 'lower', title: t('lower'), render: (_, row) => t(`lowers.${row.lower as LowerName}`) },
    { key: 'next', title: t('next'), render: (_, row) => row.next_change ?? '' },
    { key: 'source', title: t('source'), render: (_, row) => t(`sources.${row.source as 'source' | 'proposal'}`) },
    { key: 'name', title: t('serves'), render: (_, row) => row.serves.join(' ') },
  ];
  return (
    <>
      <PageHead title={t('title')} />
      <ResourceTable<Parameter>
        id="parameters"
        label={t('list')}
        columns={columns}
        rowKey={(row) => row.name}
        onOpen={(row) => change({ id: row.name })}
        load={(query, signal) => answer(http.GET('/api/v1/parameters', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('search') },
          {
            kind: 'select',
            name: 'state',
            label: t('state'),
            options: (['changed', 'coming', 'missing', 'group', 'inherited', 'own'] as const).map((value) => ({ value, label: t(value) })),
          },
          { kind: 'text', name: 'territory', label: t('scope') },
        ]}
      />
      {url.id && <ParameterDrawer name={url.id} onClose={() => change({ id: undefined })} />}
    </>
  );
}

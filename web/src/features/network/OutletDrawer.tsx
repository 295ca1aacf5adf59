import { Link } from '@tanstack/react-router';
import { Descriptions, Space, Tabs } from 'antd';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';
import { useWords } from './data';
import { LifeTag } from './LifeParts';
import { Margins } from './Margins';
import { History, NamedList } from './parts';

/** An outlet beside the list. */
export function OutletDrawer({ code, onClose }: { code?: string; onClose: () => void }) {
  return (
    <DetailDrawer open={code !== undefined} title={code} onClose={onClose} width={860}>
      {code && <Content code={code} />}
    </DetailDrawer>
  );
}

function Content({ code }: { code: string }) {
  const query = api.useQuery('get', '/api/v1/outlets/{code}', { params: { path: { code } } });
  return <QueryState query={query}>{(whole) => <Whole whole={whole} />}</QueryState>;
}

function Whole({ whole }: { whole: Schema<'OutletWhole'> }) {
  const t = useT('network');
  const life = useT('life');
  const words = useWords();
  const earns = usePermission('statement.read');
  const { outlet, clerks, history } = whole;
  const items = [
    {
      key: 'owner',
      label: t('owner'),
      children: outlet.owner ? (
        <Link to="/partners" search={{ id: outlet.owner } as never}>
          {outlet.owner} {outlet.owner_name}
        </Link>
      ) : (
        '—'
      ),
    },
    { key: 'area', label: t('area'), children: outlet.territory_name || '—' },
    { key: 'channel', label: t('channel'), children: words.label(outlet.channel) },
    { key: 'subtype', label: t('subtype'), children: words.label(outlet.subtype) },
    { key: 'grade', label: t('grade'), children: outlet.grade || '—' },
    { key: 'district', label: t('district'), children: outlet.district || '—' },
    { key: 'from', label: t('from'), children: outlet.from },
  ];
  return (
    <>
      <Space align="baseline" style={{ marginBottom: 12 }}>
        <strong style={{ fontSize: 16 }}>{outlet.name}</strong>
        <LifeTag state={outlet.life} />
        <Link to="/outlets/$code" params={{ code: outlet.code } as never}>
          {life('open')}
        </Link>
      </Space>
      <Tabs
        items={[
          { key: 'basic', label: t('basic'), children: <Descriptions column={2} size="small" items={items} /> },
          {
            key: 'clerks',
            label: `${t('clerks')} ${clerks.length}`,
            children: <NamedList to="/clerks" rows={clerks} none={t('clerksNone')} />,
          },
          ...(earns ? [{ key: 'margins', label: t('margins.title'), children: <Margins outlet={outlet} /> }] : []),
          { key: 'history', label: t('history'), children: <History rows={history} /> },
        ]}
      />
    </>
  );
}

import { Descriptions, Space, Tabs } from 'antd';
import { Link } from '@tanstack/react-router';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';
import { useWords } from './data';
import { LifeTag } from './LifeParts';
import { Agreements, History, NamedList } from './parts';

/** A partner beside the list. */
export function PartnerDrawer({ code, onClose }: { code?: string; onClose: () => void }) {
  return (
    <DetailDrawer open={code !== undefined} title={code} onClose={onClose}>
      {code && <Content code={code} />}
    </DetailDrawer>
  );
}

function Content({ code }: { code: string }) {
  const query = api.useQuery('get', '/api/v1/partners/{code}', { params: { path: { code } } });
  return <QueryState query={query}>{(whole) => <Whole whole={whole} />}</QueryState>;
}

function Whole({ whole }: { whole: Schema<'PartnerWhole'> }) {
  const t = useT('network');
  const common = useT('common');
  const life = useT('life');
  const words = useWords();
  const { partner, above, below, agreements, history } = whole;
  const items = [
    { key: 'kind', label: t('kind'), children: partner.kind },
    { key: 'tier', label: t('tier'), children: words.label(partner.tier) },
    { key: 'area', label: t('area'), children: partner.territory_name || '—' },
    { key: 'since', label: t('since'), children: partner.since },
    { key: 'blacklist', label: t('blacklist'), children: partner.blacklisted ? common('yes') : common('no') },
    {
      key: 'outlets',
      label: t('outletCount'),
      children: (
        <Link to="/outlets" search={{ partner: partner.code } as never}>
          {partner.outlets}
        </Link>
      ),
    },
    {
      key: 'clerks',
      label: t('clerkCount'),
      children: (
        <Link to="/clerks" search={{ partner: partner.code } as never}>
          {partner.clerks}
        </Link>
      ),
    },
  ];
  return (
    <>
      <Space align="baseline" style={{ marginBottom: 12 }}>
        <strong style={{ fontSize: 16 }}>{partner.name}</strong>
        <LifeTag state={partner.life} />
        <Link to="/partners/$code" params={{ code: partner.code } as never}>
          {life('openFile')}
        </Link>
      </Space>
      <Tabs
        items={[
          { key: 'basic', label: t('basic'), children: <Descriptions column={2} size="small" items={items} /> },
          { key: 'above', label: t('parent'), children: <NamedList to="/partners" rows={above} none={t('aboveNone')} /> },
          {
            key: 'below',
            label: `${t('below')} ${below.length}`,
            children: <NamedList to="/partners" rows={below} none={t('belowNone')} />,
          },
          { key: 'agreements', label: t('agreements'), children: <Agreements rows={agreements} /> },
          { key: 'history', label: t('history'), children: <History rows={history} /> },
        ]}
      />
    </>
  );
}

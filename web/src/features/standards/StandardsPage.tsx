import { Link } from '@tanstack/react-router';
import { Input } from 'antd';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

type Id = 'parameters' | 'policies' | 'roles' | 'metrics' | 'tiers' | 'channels' | 'divisions' | 'templates' | 'calendar' | 'documents';
type Rule = 'inherit' | 'set' | 'extend';
const TONES = { inherit: 'plain', set: 'info', extend: 'good' } as const;
const PAGES: Partial<Record<Id, string>> = {
  parameters: '/parameters',
  policies: '/policies',
  roles: '/posts',
  metrics: '/volume/catalogue',
  divisions: '/network/territories',
  documents: '/documents',
};

/** What the group defines once, what a territory inherits of it, and what it has of its own. */
export default function StandardsPage() {
  const t = useT('standards');
  const [url, change] = useUrl();
  const territory = url.territory ?? '';
  const query = api.useQuery('get', '/api/v1/standards', { params: { query: { territory } } }, { placeholderData: (before) => before });
  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          <Input.Search
            key={territory}
            aria-label={t('territory')}
            placeholder={t('territoryHelp')}
            allowClear
            defaultValue={territory}
            style={{ width: 260 }}
            onSearch={(typed) => change({ territory: typed.trim() || undefined })}
          />
        }
      />
      <QueryState query={query} rows={10}>
        {(all) => (
          <Block title={t('of', { name: all.territory_name, day: all.day })}>
            <p className="muted" style={{ marginTop: 0 }}>
              {t('help')}
            </p>
            <PlainTable
              label={t('title')}
              heads={[t('what'), { num: t('defined') }, { num: t('inherited') }, { num: t('own') }, t('rule'), t('version')]}
            >
              <tbody>
                {all.families.map((row) => {
                  const [id, rule] = [row.id as Id, row.rule as Rule];
                  const page = PAGES[id];
                  return (
                    <tr key={row.id}>
                      <th scope="row">{page ? <Link to={page}>{t(`ids.${id}`)}</Link> : t(`ids.${id}`)}</th>
                      <td className="num">{count(row.defined)}</td>
                      <td className="num">{count(row.inherited)}</td>
                      <td className="num">
                        {id === 'parameters' && territory ? (
                          <Link to="/parameters" search={{ territory, state: 'own' } as never}>
                            {count(row.own)}
                          </Link>
                        ) : (
                          count(row.own)
                        )}
                      </td>
                      <td>
                        <StatusTag tone={TONES[rule]}>{t(`rules.${rule}`)}</StatusTag>{' '}
                        {id === 'parameters' ? t('openHere', { shown: count(row.open) }) : t(`why.${id}`, { shown: count(row.open) })}
                      </td>
                      <td>
                        <code>{row.version}</code>
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </PlainTable>
          </Block>
        )}
      </QueryState>
    </>
  );
}

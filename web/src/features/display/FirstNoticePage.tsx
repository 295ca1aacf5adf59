import { Segmented } from 'antd';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';

type Row = Schema<'FirstNoticeRow'>;

const WAYS = ['outlet_type', 'manager', 'area'] as const;

const percent = (share: number | null) => (share === null ? '—' : `${(share / 100).toFixed(1)} %`);

/** Where our brand is seen first from the entrance. */
export default function FirstNoticePage() {
  const t = useT('displayPlans');
  const [url, change] = useUrl();
  const by = WAYS.find((way) => way === url.by) ?? 'outlet_type';
  const query = api.useQuery('get', '/api/v1/display/first-notice', { params: { query: { by } } });
  return (
    <>
      <PageHead title={t('noticeTitle')} note={query.data && t('noticeNote', { since: query.data.since })} />
      <Segmented
        aria-label={t('noticeTitle')}
        value={by}
        options={WAYS.map((value) => ({ value, label: t(`by.${value}`) }))}
        onChange={(value) => change({ by: value })}
      />
      <div style={{ marginTop: 12 }}>
        <Block title={t(`by.${by}`)}>
          <QueryState query={query} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('noNotice')} />}>
            {(found) => (
              <PlainTable label={t(`by.${by}`)} heads={[t(`by.${by}`), { num: t('checked') }, { num: t('first') }, { num: t('rate') }]}>
                <tbody>
                  {found.rows.map((row) => (
                    <Line key={row.key} row={row} name={row.name || t('unknown')} />
                  ))}
                </tbody>
                <tfoot>
                  <Line row={found.whole} name={t('whole')} />
                </tfoot>
              </PlainTable>
            )}
          </QueryState>
        </Block>
      </div>
    </>
  );
}

function Line({ row, name }: { row: Row; name: string }) {
  return (
    <tr>
      <td>{name}</td>
      <td className="num">{row.checked}</td>
      <td className="num">{row.first}</td>
      <td className="num">{percent(row.share)}</td>
    </tr>
  );
}

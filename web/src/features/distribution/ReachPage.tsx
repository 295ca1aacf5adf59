import { Button } from 'antd';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { percent } from './data';

/** How deep and wide each product reaches in an area. */
export default function ReachPage() {
  const t = useT('distribution');
  const label = useLabel('distribution');
  const common = useT('common');
  const [url] = useUrl();
  const query = api.useQuery('get', '/api/v1/distribution/reach', { params: { query: { territory: url.territory } } });
  return (
    <>
      <PageHead title={t('reachTitle')} note={t('reachNote')} actions={<Button onClick={() => print()}>{common('print')}</Button>} />
      <QueryState query={query} rows={10} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('noModels')} />}>
        {(found) => (
          <>
            <p className="muted">{t('reachStandard', { least: percent(found.least), sufficient: percent(found.sufficient) })}</p>
            <PlainTable label={t('reachTitle')}>
              <thead>
                <tr>
                  <th scope="col">{t('model')}</th>
                  {found.rows[0]?.depth.map((level) => (
                    <th key={level.level} scope="col" className="num">
                      {label('levelsOf', level.level)}
                    </th>
                  ))}
                  <th scope="col">{t('deepest')}</th>
                  <th scope="col" className="num">
                    {t('width')}
                  </th>
                  <th scope="col">{t('standard')}</th>
                </tr>
              </thead>
              <tbody>
                {found.rows.map((row) => (
                  <tr key={row.product}>
                    <td>
                      {row.product_name} {row.product}
                    </td>
                    {row.depth.map((level) => (
                      <td key={level.level} className="num">
                        {level.existing === null ? t('unknown') : `${level.reached} / ${level.existing} · ${percent(level.share)}`}
                      </td>
                    ))}
                    <td>{row.deepest ? label('levelsOf', row.deepest) : '—'}</td>
                    <td className="num">
                      {row.outlets_reached} / {row.outlets} · {percent(row.width)}
                    </td>
                    <td>
                      {!row.deep_enough && <StatusTag tone="warn">{t('shallow')}</StatusTag>}
                      {!row.wide_enough && <StatusTag tone="warn">{t('narrow')}</StatusTag>}
                      {row.deep_enough && row.wide_enough && <StatusTag tone="good">{t('enough')}</StatusTag>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </PlainTable>
          </>
        )}
      </QueryState>
    </>
  );
}

import { Link, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { CORRECTION_TONES, HOLDER_TONES } from './data';

type Shown = Schema<'OutletDisplay'>;

const percent = (share: number | null) => (share === null ? '—' : `${(share / 100).toFixed(1)} %`);

/** Display of one outlet: its places, scores and what is not right. */
export default function OutletPage() {
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const query = api.useQuery('get', '/api/v1/display/outlets/{code}', { params: { path: { code } } });
  return (
    <QueryState query={query} rows={12}>
      {(shown) => <Outlet shown={shown} />}
    </QueryState>
  );
}

function Outlet({ shown }: { shown: Shown }) {
  const t = useT('display');
  const label = useLabel('display');
  const common = useT('common');
  return (
    <>
      <PageHead
        title={`${shown.name} ${shown.outlet}`}
        note={t('heldNote', { pop: percent(shown.pop_held), display: percent(shown.display_held) })}
        actions={<Button onClick={() => print()}>{common('print')}</Button>}
      />
      {shown.spent !== null && shown.limit !== null && (
        <p className={shown.spent > shown.limit ? undefined : 'muted'}>
          {t('spent', { spent: yuan(shown.spent), limit: yuan(shown.limit) })}
        </p>
      )}
      <Block title={t('scores')}>
        {shown.scores.length === 0 ? (
          <EmptyBox title={t('noScores')} />
        ) : (
          <dl className="figures">
            {shown.scores.map((score) => (
              <div key={score.template}>
                <dt>
                  {score.name} v{score.version}
                </dt>
                <dd>
                  {(score.score / 100).toFixed(1)} <span className="muted">{score.day}</span>
                </dd>
              </div>
            ))}
          </dl>
        )}
      </Block>
      <div style={{ marginTop: 12 }}>
        <Block title={t('correctionsTitle')}>
          {shown.corrections.length === 0 ? (
            <EmptyBox title={t('noCorrections')} />
          ) : (
            <ul>
              {shown.corrections.map((row) => (
                <li key={row.id}>
                  {row.item_name} · {row.due_on}{' '}
                  <StatusTag tone={row.late ? 'bad' : CORRECTION_TONES[row.state]}>{label('corrections', row.state)}</StatusTag>
                </li>
              ))}
            </ul>
          )}
        </Block>
      </div>
      <div style={{ marginTop: 12 }}>
        <Block title={t('map')}>
          <PlainTable label={t('map')} maxHeight={640}>
            <thead>
              <tr>
                <th scope="col">{t('zone')}</th>
                <th scope="col">{t('place')}</th>
                <th scope="col">{t('holder')}</th>
                <th scope="col">{t('seenOn')}</th>
                <th scope="col">{t('number')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.places.map((place) => (
                <tr key={place.code}>
                  <td>{place.zone_name}</td>
                  <td>
                    {place.name} {place.main && <StatusTag tone="info">{t('mainPlace')}</StatusTag>}
                  </td>
                  <td>
                    {place.holder ? <StatusTag tone={HOLDER_TONES[place.holder]}>{label('holders', place.holder)}</StatusTag> : '—'}
                    {place.outdated && <StatusTag tone="warn">{t('alerts.outdated')}</StatusTag>}
                  </td>
                  <td>{place.seen_on ?? '—'}</td>
                  <td>
                    {place.asset ? (
                      <Link to="/display/pop/$id" params={{ id: place.asset } as never}>
                        {place.asset}
                      </Link>
                    ) : (
                      '—'
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </PlainTable>
        </Block>
      </div>
    </>
  );
}

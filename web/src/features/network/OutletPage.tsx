import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Space } from 'antd';
import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { OutletVisits } from '@/shared/field/OutletVisits';
import { turnOf } from '@/shared/lives';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Contacts } from './Contacts';
import { useWords } from './data';
import { Merge } from './LifeActs';
import { Fact, LifeLines, LifeTag, Marks, MergedHere, Numbers, ToApplication } from './LifeParts';
import { Applications, Business, Commission, Documents, Log } from './OutletParts';
import { Agreements, History, NamedList } from './parts';

type All = Schema<'OutletAll'>;

/** 网点全景: everything about an outlet on one page; what one may not read is not there. */
export default function OutletPage() {
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const query = api.useQuery('get', '/api/v1/outlets/{code}/whole', { params: { path: { code } } });
  return (
    <QueryState query={query} rows={12}>
      {(all) => <Whole all={all} />}
    </QueryState>
  );
}

function Whole({ all }: { all: All }) {
  const t = useT('life');
  const { life } = all;
  const { outlet, clerks, history } = all.outlet;
  const earns = usePermission('statement.read');
  const visits = usePermission('visit.read');
  return (
    <>
      <PageHead
        title={outlet.name}
        note={
          <Space>
            {outlet.code}
            <LifeTag state={life.state} />
          </Space>
        }
        actions={<Acts all={all} />}
      />
      <Marks who="outlet" life={life} />
      <div className="grid">
        <div className="w8">
          <Block title={t('basic')}>
            <Basics outlet={outlet} life={life} />
          </Block>
          {all.business && (
            <Block title={t('business')}>
              <Business business={all.business} />
            </Block>
          )}
          {(all.commission || earns) && (
            <Block title={t('commission')}>
              <Commission commission={all.commission} owner={outlet.owner} />
            </Block>
          )}
          {visits && <OutletVisits code={outlet.code} />}
          <Contacts outlet={outlet.code} contacts={all.contacts} />
          {all.applications && (
            <Block title={t('applications')}>
              <Applications rows={all.applications} />
            </Block>
          )}
          {all.documents && (
            <Block title={t('documents')}>
              <Documents rows={all.documents} />
            </Block>
          )}
          {all.log && (
            <Block title={t('log')}>
              <Log rows={all.log} />
            </Block>
          )}
        </div>
        <div className="w4">
          <Block title={t('history')}>
            <LifeLines life={life} />
          </Block>
          <Block title={t('keepers')}>
            <Keepers rows={all.keepers} />
          </Block>
          <Block title={t('agreements')}>
            {all.agreements.length === 0 ? <p className="muted">{t('noAgreements')}</p> : <Agreements rows={all.agreements} />}
          </Block>
          <Block title={`${t('clerks')} ${clerks.length}`}>
            <NamedList to="/clerks" rows={clerks} none={t('none')} />
          </Block>
          {life.numbers.length > 0 && (
            <Block title={t('numbers')}>
              <Numbers rows={life.numbers} />
            </Block>
          )}
          {life.sites.length > 0 && (
            <Block title={t('sites')}>
              <Sites rows={life.sites} />
            </Block>
          )}
          {life.merged.length > 0 && (
            <Block title={t('merged')}>
              <MergedHere who="outlet" rows={life.merged} />
            </Block>
          )}
          <Block title={t('records')}>
            <History rows={history} />
          </Block>
        </div>
      </div>
    </>
  );
}

function Acts({ all }: { all: All }) {
  const t = useT('life');
  const common = useT('common');
  const navigate = useNavigate();
  const merges = usePermission('partner.merge');
  const starts = usePermission('flow.start');
  const [merging, setMerging] = useState(false);
  const { code } = all.outlet.outlet;
  const stands = all.life.merged_into === null && ['open', 'paused'].includes(all.life.state);
  const apply = () =>
    void navigate({ to: '/applications/new/$flow', params: { flow: 'outlet_change' }, search: { outlet: code } } as never);
  return (
    <Space wrap>
      {starts && all.life.merged_into === null && <Button onClick={apply}>{t('apply')}</Button>}
      {merges && stands && <Button onClick={() => setMerging(true)}>{t('merge')}</Button>}
      <Button onClick={() => print()}>{common('print')}</Button>
      {merging && <Merge who="outlet" code={code} onClose={() => setMerging(false)} />}
    </Space>
  );
}

function Basics({ outlet, life }: { outlet: Schema<'OutletRow'>; life: Schema<'LifeView'> }) {
  const t = useT('life');
  const words = useWords();
  const site = life.sites.at(-1);
  return (
    <dl className="record-head" style={{ border: 0, margin: 0, padding: 0 }}>
      <Fact name={t('owner')}>
        {outlet.owner ? (
          <Link to="/partners/$code" params={{ code: outlet.owner } as never}>
            {outlet.owner_name} {outlet.owner}
          </Link>
        ) : (
          '—'
        )}
      </Fact>
      <Fact name={t('area')}>{outlet.territory_name || '—'}</Fact>
      {site && <Fact name={t('address')}>{site.address}</Fact>}
      <Fact name={t('channel')}>{words.label(outlet.channel) || '—'}</Fact>
      <Fact name={t('subtype')}>{words.label(outlet.subtype) || '—'}</Fact>
      <Fact name={t('grade')}>{outlet.grade || '—'}</Fact>
      <Fact name={t('district')}>{outlet.district || '—'}</Fact>
      <Fact name={t('from')}>{outlet.from}</Fact>
    </dl>
  );
}

/** Who looks after it now, who did, who will. */
function Keepers({ rows }: { rows: Schema<'KeeperView'>[] }) {
  const t = useT('life');
  const me = useMe();
  if (rows.length === 0) return <EmptyBox title={t('noKeeper')} />;
  const words = { now: t('keptNow'), before: t('keptBefore'), later: t('keptLater') };
  return (
    <PlainTable label={t('keepers')} heads={[t('keeper'), t('from'), t('to'), t('reason')]}>
      <tbody>
        {rows.toReversed().map((row) => {
          const turn = turnOf(row, me.today);
          return (
            <tr key={`${row.login} ${row.from}`}>
              <th scope="row">
                {row.name || row.login} <StatusTag tone={turn === 'now' ? 'good' : 'plain'}>{words[turn]}</StatusTag>
              </th>
              <td>{row.from}</td>
              <td>{row.to ?? t('now')}</td>
              <td>{row.reason}</td>
            </tr>
          );
        })}
      </tbody>
    </PlainTable>
  );
}

const degrees = (e6: number) => (e6 / 1_000_000).toFixed(6);

/** Where it was, the newest first. */
function Sites({ rows }: { rows: Schema<'SiteLine'>[] }) {
  const t = useT('life');
  return (
    <PlainTable label={t('sites')} heads={[t('from'), t('address'), t('coordinates'), t('application')]}>
      <tbody>
        {rows.toReversed().map((row, index) => (
          <tr key={index}>
            <th scope="row">{row.from}</th>
            <td>{row.address}</td>
            <td>{row.lat_e6 !== null && row.lon_e6 !== null ? `${degrees(row.lat_e6)}, ${degrees(row.lon_e6)}` : '—'}</td>
            <td>{row.application ? <ToApplication id={row.application} /> : '—'}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

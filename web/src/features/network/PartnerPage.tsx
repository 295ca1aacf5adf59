import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Space } from 'antd';
import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useWords } from './data';
import { Merge, Suspend } from './LifeActs';
import { Fact, LifeLines, LifeTag, Marks, MergedHere, Numbers } from './LifeParts';
import type { Life } from './lives';
import { Agreements, History, NamedList } from './parts';

type Partner = Schema<'PartnerWhole'>;

/** 代理商档案: what a partner is, where it stands, and what can be done about it. */
export default function PartnerPage() {
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const asked = { params: { path: { code } } };
  const whole = api.useQuery('get', '/api/v1/partners/{code}', asked);
  const life = api.useQuery('get', '/api/v1/partners/{code}/life', asked);
  return (
    <QueryState query={whole} rows={12}>
      {(partner) => (
        <QueryState query={life} rows={12}>
          {(lived) => <Whole partner={partner} life={lived} />}
        </QueryState>
      )}
    </QueryState>
  );
}

function Whole({ partner: whole, life }: { partner: Partner; life: Life }) {
  const t = useT('life');
  const network = useT('network');
  const { partner, above, below, agreements, history } = whole;
  return (
    <>
      <PageHead
        title={partner.name}
        note={
          <Space>
            {partner.code}
            <LifeTag state={life.state} />
          </Space>
        }
        actions={<Acts code={partner.code} life={life} />}
      />
      <Marks who="partner" life={life} />
      <div className="grid">
        <div className="w8">
          <Block title={t('basic')}>
            <Basics partner={partner} />
          </Block>
          <Block title={t('agreements')}>
            <Agreements rows={agreements} />
          </Block>
          <Block title={t('grades')}>
            <Levels rows={life.levels} />
          </Block>
          {above.length > 0 && (
            <Block title={network('parent')}>
              <NamedList to="/partners" rows={above} none={network('aboveNone')} />
            </Block>
          )}
          <Block title={`${network('below')} ${below.length}`}>
            <NamedList to="/partners" rows={below} none={network('belowNone')} />
          </Block>
        </div>
        <div className="w4">
          <Block title={t('history')}>
            <LifeLines life={life} />
          </Block>
          <NumbersBlock life={life} />
          {life.merged.length > 0 && (
            <Block title={t('merged')}>
              <MergedHere who="partner" rows={life.merged} />
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

function NumbersBlock({ life }: { life: Life }) {
  const t = useT('life');
  const may = usePermission(['partner.manage', 'blacklist.read']);
  if (!may) return null;
  return (
    <Block title={t('numbers')}>
      <Numbers rows={life.numbers} />
    </Block>
  );
}

function Acts({ code, life }: { code: string; life: Life }) {
  const t = useT('life');
  const common = useT('common');
  const navigate = useNavigate();
  const merges = usePermission('partner.merge');
  const starts = usePermission('flow.start');
  const [act, setAct] = useState<'suspend' | 'restore' | 'merge'>();
  const may = (state: string) => life.may.some((one) => one.state === state);
  const stands = life.merged_into === null && ['active', 'suspended'].includes(life.state);
  const exit = () =>
    void navigate({ to: '/applications/new/$flow', params: { flow: 'agent_revocation' }, search: { partner: code } } as never);
  return (
    <Space wrap>
      {may('suspended') && (
        <Button danger onClick={() => setAct('suspend')}>
          {t('suspend')}
        </Button>
      )}
      {may('active') && <Button onClick={() => setAct('restore')}>{t('restore')}</Button>}
      {merges && stands && <Button onClick={() => setAct('merge')}>{t('merge')}</Button>}
      {starts && stands && life.exit === null && <Button onClick={exit}>{t('applyExit')}</Button>}
      <Button onClick={() => print()}>{common('print')}</Button>
      {(act === 'suspend' || act === 'restore') && <Suspend code={code} suspended={act === 'suspend'} onClose={() => setAct(undefined)} />}
      {act === 'merge' && <Merge who="partner" code={code} onClose={() => setAct(undefined)} />}
    </Space>
  );
}

function Basics({ partner }: { partner: Schema<'PartnerRow'> }) {
  const t = useT('life');
  const network = useT('network');
  const words = useWords();
  return (
    <dl className="record-head" style={{ border: 0, margin: 0, padding: 0 }}>
      <Fact name={t('kind')}>{partner.kind || '—'}</Fact>
      <Fact name={t('tier')}>{words.label(partner.tier) || '—'}</Fact>
      <Fact name={t('above')}>
        {partner.parent ? (
          <Link to="/partners/$code" params={{ code: partner.parent } as never}>
            {partner.parent_name} {partner.parent}
          </Link>
        ) : (
          '—'
        )}
      </Fact>
      <Fact name={t('area')}>{partner.territory_name || '—'}</Fact>
      <Fact name={t('since')}>{partner.since}</Fact>
      <Fact name={network('outletCount')}>
        <Link to="/outlets" search={{ partner: partner.code } as never}>
          {partner.outlets}
        </Link>
      </Fact>
      <Fact name={network('clerkCount')}>
        <Link to="/clerks" search={{ partner: partner.code } as never}>
          {partner.clerks}
        </Link>
      </Fact>
    </dl>
  );
}

/** Levels of acceptance, the newest first. */
function Levels({ rows }: { rows: Schema<'PartnerLevel'>[] }) {
  const t = useT('life');
  if (rows.length === 0) return <EmptyBox title={t('noGrades')} />;
  return (
    <PlainTable label={t('grades')} heads={[t('from'), t('grade'), t('reason')]}>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            <th scope="row">{row.from}</th>
            <td>
              {row.level} {row.title}
            </td>
            <td>{row.reason}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

import { Link, useParams } from '@tanstack/react-router';
import { Button, Space } from 'antd';
import { useState } from 'react';
import { api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Fact, ReasonField, ToApplication } from './LifeParts';
import { EXIT_TONES, notZero } from './lives';

type Whole = Schema<'ExitWhole'>;

/** An exit: what stands in its way, what was done, what follows. */
export default function ExitPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/exits/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Case whole={whole} reload={async () => void (await query.refetch())} />}
    </QueryState>
  );
}

function Case({ whole, reload }: { whole: Whole; reload: () => Promise<void> }) {
  const t = useT('life');
  const common = useT('common');
  const label = useLabel('life');
  const may = usePermission('partner.exit');
  const [going, setGoing] = useState(false);
  const { head, next } = whole;
  return (
    <>
      <PageHead
        title={t('exit', { id: head.id })}
        note={<StatusTag tone={EXIT_TONES[head.state]}>{label('exitStates', head.state)}</StatusTag>}
        actions={
          <Space wrap>
            {next && (
              <Button type="primary" disabled={!may} title={may ? undefined : t('noExit')} onClick={() => setGoing(true)}>
                {t('advance', { state: label('exitStates', next.state) })}
              </Button>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <div className="grid">
        <div className="w8">
          <Block title={t('basic')}>
            <dl className="record-head" style={{ border: 0, margin: 0, padding: 0 }}>
              <Fact name={t('partner')}>
                <Link to="/partners/$code" params={{ code: head.partner } as never}>
                  {head.name} {head.partner}
                </Link>
              </Fact>
              <Fact name={t('application')}>
                <ToApplication id={head.id} />
              </Fact>
              <Fact name={t('cause')}>{label('causes', head.cause)}</Fact>
              <Fact name={t('noticeOn')}>{head.notice_on}</Fact>
              <Fact name={t('lastDay')}>{head.last_day}</Fact>
              <Fact name={t('openedBy')}>{head.opened_by}</Fact>
              {head.closed_on && <Fact name={t('closedOn')}>{head.closed_on}</Fact>}
            </dl>
          </Block>
          <Balances whole={whole} />
        </div>
        <div className="w4">
          <Block title={t('steps')}>
            <Steps whole={whole} />
          </Block>
        </div>
      </div>
      {going && next && <Advance head={head} to={next.state} reload={reload} onClose={() => setGoing(false)} />}
    </>
  );
}

/** What has to be zero, and what is left of it. */
function Balances({ whole }: { whole: Whole }) {
  const t = useT('life');
  const left = notZero(whole.balances).length;
  if (whole.head.state === 'closed')
    return (
      <Block title={t('balances')}>
        <EmptyBox title={t('balancesClosed')} />
      </Block>
    );
  return (
    <Block
      title={t('balances')}
      extra={<StatusTag tone={left === 0 ? 'good' : 'warn'}>{left === 0 ? t('allZero') : t('notZero', { count: left })}</StatusTag>}
    >
      <p className="muted" style={{ marginTop: 0 }}>
        {t('balancesHelp')}
      </p>
      <PlainTable label={t('balances')} heads={[t('claim'), t('leftOver')]}>
        <tbody>
          {whole.balances.map((balance) => (
            <tr key={balance.name}>
              <th scope="row">{balance.title}</th>
              <td>
                {balance.left.length === 0 ? (
                  <StatusTag tone="good">{t('zero')}</StatusTag>
                ) : (
                  balance.left.map((one, index) => <div key={index}>{one.what}</div>)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Block>
  );
}

function Steps({ whole }: { whole: Whole }) {
  const t = useT('life');
  const label = useLabel('life');
  return (
    <PlainTable label={t('steps')} heads={[t('state'), t('by'), t('at'), t('note')]}>
      <tbody>
        {whole.history.map((step, index) => (
          <tr key={index}>
            <th scope="row">{label('exitStates', step.state)}</th>
            <td>{step.who}</td>
            <td>{dateTime(step.at)}</td>
            <td>{step.note}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface AdvanceProps {
  head: Whole['head'];
  to: string;
  reload: () => Promise<void>;
  onClose: () => void;
}

/** A step further. Where something is left the server refuses and names it. */
function Advance({ head, to, reload, onClose }: AdvanceProps) {
  const t = useT('life');
  const label = useLabel('life');
  const verb = t('advance', { state: label('exitStates', to) });
  return (
    <ActionDrawer<{ reason: string }>
      open
      title={verb}
      consequence={label('advanceHelp', to)}
      verb={verb}
      danger={to === 'closed'}
      done={t('advanceDone')}
      onClose={onClose}
      onStale={async () => {
        await reload();
        return [];
      }}
      onSubmit={async ({ reason }) => {
        await http.POST('/api/v1/exits/{id}/advance', {
          params: { path: { id: head.id }, header: ifMatch(head.version) },
          body: { to, reason },
        });
        await queries.invalidateQueries();
      }}
    >
      <ReasonField />
    </ActionDrawer>
  );
}

import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Steps } from 'antd';
import { useState, type ReactNode } from 'react';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { GRAVE, offered, type Verb, type Whole } from '@/shared/orders/acts';
import { LIFE, ORDER_TONES, SLIP_TONES, stepOf, TASK_TONES } from '@/shared/orders/states';
import { Can, usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Act } from './Act';
import { HistoryTable, Items, OfferTable } from './tables';

/** One order: where it stands, who the customer is, what they confirmed, its slip, the fact it became, and what one can do. */
export default function OrderPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/orders/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={12}>
      {(whole) => <Record whole={whole} reload={async () => (await query.refetch()).data} />}
    </QueryState>
  );
}

function Record({ whole, reload }: { whole: Whole; reload: () => Promise<Whole | undefined> }) {
  const t = useT('orders');
  const common = useT('common');
  const [doing, setDoing] = useState<{ verb: Verb; part?: string }>();
  const { order, ended } = whole;
  const verbs = offered(whole.acts).filter((verb) => verb !== 'finish' && verb !== 'fail');
  return (
    <>
      <PageHead
        title={`${order.business_title} ${order.id}`}
        note={<StatusTag tone={ORDER_TONES[order.state]}>{order.state_title}</StatusTag>}
        actions={
          <>
            {verbs.map((verb) => (
              <Button
                key={verb}
                type={GRAVE.includes(verb) ? undefined : 'primary'}
                danger={GRAVE.includes(verb)}
                onClick={() => setDoing({ verb })}
              >
                {t(`verbs.${verb}`)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      {ended && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={t('ended', { state: order.state_title, day: ended.on, reason: ended.reason })}
        />
      )}
      <div className="grid">
        <div className="w8">
          <Block title={t('summary')}>
            <Life whole={whole} />
            <Summary whole={whole} />
          </Block>
          {whole.items.some((item) => item.product !== '') && (
            <Block title={t('items')}>
              <Items whole={whole} />
            </Block>
          )}
          <Block title={t('offer')}>
            <OfferTable whole={whole} />
          </Block>
          <Block title={t('history')}>
            <HistoryTable whole={whole} />
          </Block>
          <div className="signatures">
            <span>{t('signatures.customer')}</span>
            <span>{t('signatures.clerk')}</span>
            <span>{t('signatures.outlet')}</span>
          </div>
        </div>
        <div className="w4">
          <Block title={t('tasks')}>
            <Tasks whole={whole} onDo={(verb, part) => setDoing({ verb, part })} />
          </Block>
          <Block title={t('identity')}>
            <Identity whole={whole} />
          </Block>
          <Block title={t('slip')}>
            <Slip whole={whole} />
          </Block>
          <Block title={t('fact')}>
            <Fact whole={whole} />
          </Block>
        </div>
      </div>
      {doing && (
        <Act key={`${doing.verb}${doing.part ?? ''}`} {...doing} whole={whole} reload={reload} onClose={() => setDoing(undefined)} />
      )}
    </>
  );
}

function Life({ whole }: { whole: Whole }) {
  const t = useT('orders');
  const { state, effective_on } = whole.order;
  const alive = LIFE.some((one) => one === state);
  return (
    <div className="no-print" style={{ marginBottom: 16 }}>
      <Steps
        size="small"
        current={stepOf(state, effective_on)}
        status={alive ? (state === 'effective' ? 'finish' : 'process') : 'error'}
        items={LIFE.map((one) => ({ key: one, title: t(`states.${one}`) }))}
      />
    </div>
  );
}

const Line = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children || '—'}</dd>
  </div>
);

function Summary({ whole }: { whole: Whole }) {
  const t = useT('orders');
  const { order } = whole;
  const network = usePermission('partner.read');
  const beside = (to: string, code: string, name: string) =>
    network ? (
      <Link to={to} search={{ id: code } as never}>
        {name} {code}
      </Link>
    ) : (
      `${name} ${code}`
    );
  return (
    <dl className="record-head" style={{ border: 0, margin: 0 }}>
      <Line name={t('amount')}>{yuan(order.amount)}</Line>
      <Line name={t('subscriber')}>{order.subscriber}</Line>
      <Line name={t('systemNo')}>{order.system_no}</Line>
      <Line name={t('captured')}>{dateTime(order.captured_at)}</Line>
      <Line name={t('effectiveOn')}>{order.effective_on}</Line>
      <Line name={t('clerk')}>{beside('/clerks', order.clerk, order.clerk_name)}</Line>
      <Line name={t('outlet')}>{beside('/outlets', order.outlet, order.outlet_name)}</Line>
      <Line name={t('partner')}>{beside('/partners', order.partner, order.partner_name)}</Line>
      {whole.card && <Line name={t('card')}>{whole.card}</Line>}
      {whole.network && <Line name={t('network')}>{whole.network}</Line>}
      {whole.term_months > 0 && <Line name={t('term')}>{t('months', { months: whole.term_months })}</Line>}
      {whole.prior_fee > 0 && <Line name={t('priorFee')}>{yuan(whole.prior_fee)}</Line>}
      {whole.customer_class && <Line name={t('customerClass')}>{whole.customer_class}</Line>}
      {whole.decision && <Decision code={whole.decision} />}
    </dl>
  );
}

function Decision({ code }: { code: string }) {
  const t = useT('orders');
  const label = useLabel('orders');
  return <Line name={t('decision')}>{label('decisions', code)}</Line>;
}

function Tasks({ whole, onDo }: { whole: Whole; onDo: (verb: Verb, part: string) => void }) {
  const t = useT('orders');
  const label = useLabel('orders');
  if (whole.tasks.length === 0) return <span className="muted">{whole.confirmed ? t('noTasks') : t('tasksLater')}</span>;
  const may = whole.acts.includes('finish');
  return (
    <ul className="plain-list" style={{ display: 'grid', gap: 12 }}>
      {whole.tasks.map((task) => (
        <li key={task.part}>
          {task.title} <StatusTag tone={TASK_TONES[task.progress]}>{label('progress', task.progress)}</StatusTag>
          {task.note && <div className="muted">{task.note}</div>}
          {may && task.progress !== 'done' && (
            <div className="no-print" style={{ display: 'flex', gap: 8, marginTop: 4 }}>
              <Button
                size="small"
                type="primary"
                aria-label={`${task.title} ${t('verbs.finish')}`}
                onClick={() => onDo('finish', task.part)}
              >
                {t('verbs.finish')}
              </Button>
              <Button size="small" aria-label={`${task.title} ${t('verbs.fail')}`} onClick={() => onDo('fail', task.part)}>
                {t('verbs.fail')}
              </Button>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Identity({ whole }: { whole: Whole }) {
  const t = useT('orders');
  const common = useT('common');
  const { identity, confirmed } = whole;
  if (identity === null) return <span className="muted">{t('noIdentity')}</span>;
  return (
    <dl className="record">
      <Line name={t('identityResult')}>
        <StatusTag tone={identity.passed ? 'good' : 'bad'}>{t(identity.passed ? 'identityPassed' : 'identityFailed')}</StatusTag>
      </Line>
      <Line name={t('document')}>{`${identity.name} ${identity.number}`}</Line>
      <Line name={t('reference')}>{identity.reference}</Line>
      <Line name={t('checkedAt')}>{dateTime(identity.at)}</Line>
      {confirmed && <Line name={t('consent')}>{common(confirmed.consent ? 'yes' : 'no')}</Line>}
    </dl>
  );
}

function Slip({ whole }: { whole: Whole }) {
  const t = useT('orders');
  const { slip } = whole;
  if (slip === null) return <span className="muted">{t('noSlip')}</span>;
  return (
    <>
      {slip.holds && <Alert type="warning" showIcon style={{ marginBottom: 8 }} title={t('slipHolds', { days: slip.overdue_days })} />}
      <dl className="record">
        <Line name={t('state')}>
          <StatusTag tone={SLIP_TONES[slip.state]}>{slip.state_title}</StatusTag>
        </Line>
        <Line name={t('slipDue')}>{slip.due_on}</Line>
        <Line name={t('slipBack')}>{slip.returned_on}</Line>
        <Line name={t('slipChecked')}>{slip.checked_on}</Line>
        {slip.reason && <Line name={t('reason')}>{slip.reason}</Line>}
      </dl>
      <Link to="/slips" search={{ q: slip.order } as never} className="no-print">
        {t('toSlip')}
      </Link>
    </>
  );
}

/** What the order became in the facts that commissions are made of, and who looked at it. */
function Fact({ whole }: { whole: Whole }) {
  const t = useT('orders');
  const label = useLabel('orders');
  const { order, fact_batch } = whole;
  return (
    <>
      <dl className="record">
        <Line name={t('state')}>{label('facts', order.fact)}</Line>
        {order.fact !== 'none' && <Line name={t('factId')}>{order.system_no || order.id}</Line>}
        {order.fact === 'written' && <Line name={t('factBatch')}>{fact_batch || t('factFile')}</Line>}
      </dl>
      <p className="no-print" style={{ display: 'flex', gap: 16, margin: '8px 0 0' }}>
        {fact_batch && (
          <Can permission="import.read">
            <Link to="/imports" search={{ batch: fact_batch } as never}>
              {t('toBatch')}
            </Link>
          </Can>
        )}
        <Can permission="audit.read">
          <Link to="/audit" search={{ noun: 'order', noun_id: order.id } as never}>
            {t('toAudit')}
          </Link>
        </Can>
      </p>
    </>
  );
}

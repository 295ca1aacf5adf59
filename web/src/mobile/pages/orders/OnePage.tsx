import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { GRAVE, offered, openTasks, type Verb, type Whole } from '@/shared/orders/acts';
import { LIFE, ORDER_TONES, SLIP_TONES, TASK_TONES } from '@/shared/orders/states';
import { useUrl } from '@/shared/url';
import { Badge, Btn, Card, List, ListItem, Loaded, Page, Strip, place } from '../../kit';
import { ActSheet } from './ActSheet';
import { Facts, OfferCard } from './parts';

/** One order: where it stands, what is still to be done, its slip, and what one can do. */
export default function OnePage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const [url] = useUrl();
  const query = api.useQuery('get', '/api/v1/orders/{id}', { params: { path: { id } } });
  const [doing, setDoing] = useState<{ verb: Verb; part?: string }>();
  const whole = query.data;
  return (
    <Page
      title={whole ? `${whole.order.business_title} ${id}` : id}
      back="/orders"
      foot={
        whole &&
        (url.done !== undefined || footed(whole).length > 0 || whole.acts.includes('submit')) && (
          <Verbs whole={whole} done={url.done !== undefined} onVerb={(verb) => setDoing({ verb })} />
        )
      }
    >
      <Loaded query={query} rows={6}>
        {(data) => (
          <>
            {url.done !== undefined && LIFE.slice(1).some((state) => state === data.order.state) && <Done whole={data} />}
            <Content whole={data} onTask={(verb, part) => setDoing({ verb, part })} />
          </>
        )}
      </Loaded>
      {whole && doing && (
        <ActSheet
          key={`${doing.verb}${doing.part ?? ''}`}
          {...doing}
          whole={whole}
          onStale={async () => void (await query.refetch())}
          onClose={() => setDoing(undefined)}
        />
      )}
    </Page>
  );
}

/** What was just sent: its number, and what follows. */
function Done({ whole }: { whole: Whole }) {
  const t = useT('phoneOrders');
  const open = openTasks(whole);
  const { order, slip } = whole;
  const next = [
    ...(whole.acts.includes('accept') ? [t('done.accept')] : []),
    ...open.map((task) => t('done.task', { task: task.title })),
    ...(slip && slip.state !== 'ok' ? [t('done.slip', { day: slip.due_on })] : []),
  ];
  return (
    <Card title={order.state === 'effective' ? t('done.effective') : t('done.sent')}>
      <span className="m-big">{order.id}</span>
      {next.length > 0 ? (
        <>
          <strong>{t('done.next')}</strong>
          <ol style={{ margin: 0, paddingInlineStart: 20 }}>
            {next.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
        </>
      ) : (
        <span className="m-muted">{t('done.nothing')}</span>
      )}
    </Card>
  );
}

function Content({ whole, onTask }: { whole: Whole; onTask: (verb: Verb, part: string) => void }) {
  const t = useT('phoneOrders');
  const label = useLabel('phoneOrders');
  const { order, identity, confirmed, ended, slip } = whole;
  const verbs = offered(whole.acts);
  return (
    <>
      <Card title={order.id} extra={<Badge tone={ORDER_TONES[order.state]}>{order.state_title}</Badge>}>
        <Facts
          facts={[
            [t('wanted.subscriber'), order.subscriber],
            [t('one.systemNo'), order.system_no],
            [t('wanted.card'), whole.card],
            [t('one.captured'), dateTime(order.captured_at)],
            [t('one.effective'), order.effective_on],
            [t('one.clerk'), `${order.clerk_name} ${order.clerk}`],
            [t('one.outlet'), order.outlet_name],
            [t('identity.result'), identity ? t(identity.passed ? 'identity.passed' : 'identity.notPassed', { name: identity.name }) : ''],
            [t('one.confirmed'), confirmed ? dateTime(confirmed.at) : ''],
            [t('one.term'), whole.term_months ? t('one.months', { months: whole.term_months }) : ''],
          ]}
        />
        {ended && <Strip tone="warn">{t('one.ended', { day: ended.on, reason: ended.reason })}</Strip>}
      </Card>
      {whole.tasks.length > 0 && (
        <Card title={t('one.tasks')}>
          {whole.tasks.map((task) => (
            <div key={task.part} style={{ display: 'grid', gap: 8 }}>
              <div className="m-row">
                <span>{task.title}</span>
                <Badge tone={TASK_TONES[task.progress]}>{label('progress', task.progress)}</Badge>
              </div>
              {task.note && <span className="m-muted">{task.note}</span>}
              {task.progress !== 'done' && verbs.includes('finish') && (
                <div style={{ display: 'flex', gap: 8 }}>
                  <Btn onClick={() => onTask('finish', task.part)}>{t('verbs.finish')}</Btn>
                  <Btn onClick={() => onTask('fail', task.part)}>{t('verbs.fail')}</Btn>
                </div>
              )}
            </div>
          ))}
        </Card>
      )}
      {slip && (
        <Card title={t('one.slip')} extra={<Badge tone={SLIP_TONES[slip.state]}>{slip.state_title}</Badge>}>
          <Facts
            facts={[
              [t('one.slipDue'), slip.due_on],
              [t('one.slipBack'), slip.returned_on],
              [t('one.slipChecked'), slip.checked_on],
              [t('one.reason'), slip.reason],
            ]}
          />
          {slip.holds && <Strip tone="warn">{t('one.slipHolds', { days: slip.overdue_days })}</Strip>}
        </Card>
      )}
      {whole.items.some((item) => item.product !== '') && (
        <List label={t('one.items')}>
          {whole.items.map((item, index) => (
            <ListItem
              key={index}
              title={item.quantity > 1 ? `${item.name} × ${item.quantity}` : item.name}
              note={[item.product, item.business_title, item.imei].filter(Boolean).join(' · ')}
              value={yuan(item.amount)}
            />
          ))}
        </List>
      )}
      <OfferCard offer={whole.offer} network={whole.network} title={t('terms.title')} />
      <Card title={t('one.history')}>
        <ol className="m-steps">
          {whole.history.map((line) => (
            <li key={line.seq} className="done">
              {line.act === 'proceed' ? label('entered', line.state) : label('acts', line.act)}
              <div className="m-muted">{[dateTime(line.at), line.who, line.note].filter(Boolean).join(' · ')}</div>
            </li>
          ))}
        </ol>
      </Card>
    </>
  );
}

/** Verbs at the foot: parts of the work have their buttons beside them. */
const footed = (whole: Whole) => offered(whole.acts).filter((verb) => verb !== 'finish' && verb !== 'fail');

function Verbs({ whole, done, onVerb }: { whole: Whole; done: boolean; onVerb: (verb: Verb) => void }) {
  const t = useT('phoneOrders');
  return (
    <>
      {whole.acts.includes('submit') && (
        <Link className="m-btn main" {...place(`/take?order=${whole.order.id}`)}>
          {t('one.goOn')}
        </Link>
      )}
      {footed(whole).map((verb) => (
        <Btn key={verb} kind={GRAVE.includes(verb) ? 'bad' : 'main'} onClick={() => onVerb(verb)}>
          {t(`verbs.${verb}`)}
        </Btn>
      ))}
      {done && (
        <Link className="m-btn" to={'/take' as never}>
          {t('done.another')}
        </Link>
      )}
    </>
  );
}

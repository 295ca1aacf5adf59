import { Button, Form, Space } from 'antd';
import { useState } from 'react';
import { api, http, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { saveCsv } from '@/shared/csv';
import { dayPlus, range, weekday } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';
import { Board } from './Board';
import { Figures, ManagerPick, OfManager, useManager } from './parts';
import { Left, LatePromises } from './PlanLeft';
import { StopDrawer, type Arranging } from './StopDrawer';
import { useArrange } from './useArrange';

/** Four weeks of visits: proposed by the system, moved by hand. */
export default function PlanPage() {
  return <OfManager>{(login) => <Planned key={login} manager={login} />}</OfManager>;
}

function Planned({ manager }: { manager: string }) {
  const [url] = useUrl();
  const asked = { params: { query: { manager, from: url.from } } };
  const query = api.useQuery('get', '/api/v1/field/plan', asked);
  return (
    <QueryState query={query} rows={14}>
      {(plan) => <Content plan={plan} queryKey={api.queryOptions('get', '/api/v1/field/plan', asked).queryKey} />}
    </QueryState>
  );
}

function Content({ plan, queryKey }: { plan: Schema<'FieldPlan'>; queryKey: readonly unknown[] }) {
  const t = useT('field');
  const common = useT('common');
  const who = useManager();
  const [, change] = useUrl();
  const arrange = useArrange(plan, queryKey);
  const [proposing, setProposing] = useState(false);
  const [arranging, setArranging] = useState<Arranging>();
  const step = (days: number) => change({ from: dayPlus(plan.from, days) });
  return (
    <>
      <PageHead
        title={t('plan')}
        note={`${plan.manager_name} · ${range(plan.from, plan.to)}`}
        actions={
          <Space wrap>
            <ManagerPick value={plan.manager} managers={who.managers} onChange={who.pick} />
            <Space.Compact>
              <Button aria-label={t('weeksBefore')} onClick={() => step(-28)}>
                ‹
              </Button>
              <Button onClick={() => change({ from: undefined })}>{t('thisWeek')}</Button>
              <Button aria-label={t('weeksAfter')} onClick={() => step(28)}>
                ›
              </Button>
            </Space.Compact>
            {plan.may_change && (
              <>
                <Button
                  disabled={!arrange.undo || arrange.busy}
                  title={arrange.undo ? undefined : t('nothingToUndo')}
                  onClick={arrange.undo}
                >
                  {t('undo')}
                </Button>
                <Button type="primary" onClick={() => setProposing(true)}>
                  {t(plan.proposed ? 'proposeAgain' : 'propose')}
                </Button>
              </>
            )}
            <Button onClick={() => exported(plan, t)}>{common('export')}</Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <Figures
        rows={[
          [t('met'), plan.met_percent === null ? '—' : `${plan.met_percent}%`],
          [t('metOf'), `${plan.met} / ${plan.counted}`],
          [t('spread'), t('spreadOf', { percent: plan.spread_percent })],
          [t('outlets'), plan.outlets],
          [t('dayMinutes'), t('minutesOf', { minutes: plan.day_minutes })],
          [t('frequency'), plan.frequency.map((one) => t('frequencyOf', { class: one.class, visits: one.visits })).join(t('comma')) || '—'],
        ]}
      />
      <p className="muted no-print" style={{ marginTop: 0 }}>
        {plan.may_change ? t('boardHelp') : t('boardRead')}
      </p>
      <Block
        title={t('fourWeeksOf')}
        extra={
          <span className="no-print" aria-live="polite">
            {arrange.said}
          </span>
        }
      >
        <Board plan={plan} arrange={arrange} onArrange={setArranging} />
      </Block>
      <Block title={t('leftOut', { count: plan.left.length })}>
        <Left plan={plan} onAdd={(row) => setArranging({ outlet: row.outlet, name: row.name })} />
      </Block>
      {plan.late.length > 0 && (
        <Block title={t('latePromises')}>
          <LatePromises rows={plan.late} />
        </Block>
      )}
      <div className="signatures">
        <span>{t('signManager')}</span>
        <span>{t('signSupervisor')}</span>
      </div>
      {proposing && <Propose plan={plan} onClose={() => setProposing(false)} />}
      {arranging && <StopDrawer plan={plan} arranging={arranging} arrange={arrange} onClose={() => setArranging(undefined)} />}
    </>
  );
}

function Propose({ plan, onClose }: { plan: Schema<'FieldPlan'>; onClose: () => void }) {
  const t = useT('field');
  const manual = plan.days.filter((day) => day.day >= plan.today).flatMap((day) => day.stops.filter((stop) => stop.manual)).length;
  return (
    <ActionDrawer
      open
      title={t(plan.proposed ? 'proposeAgain' : 'propose')}
      consequence={t('proposeHelp', { from: plan.from, to: plan.to })}
      verb={t('propose')}
      done={t('proposed')}
      onClose={onClose}
      onSubmit={async () => {
        await http.POST('/api/v1/field/plan/propose', { body: { manager: plan.manager, from: plan.from } });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item label={t('stays')} colon={false}>
        <ul className="plain-list">
          <li>{t('staysPast', { today: plan.today })}</li>
          <li>{t('staysManual', { count: manual })}</li>
          <li>{t('staysTargets')}</li>
        </ul>
      </Form.Item>
    </ActionDrawer>
  );
}

/** The plan as a file: a line for every stop. */
function exported(plan: Schema<'FieldPlan'>, t: ReturnType<typeof useT<'field'>>) {
  const head = ['day', 'weekday', 'order', 'outletCode', 'outlet', 'class', 'purposes', 'target', 'byHand', 'lastVisit'] as const;
  const lines = plan.days.flatMap((day) =>
    day.stops.map((stop, at) => [
      day.day,
      weekday(day.day),
      String(at + 1),
      stop.outlet,
      stop.name,
      stop.class,
      stop.purpose_names.join(t('comma')),
      stop.target,
      stop.manual ? t('byHand') : '',
      stop.last_visit ?? '',
    ]),
  );
  saveCsv([head.map((key) => t(key)), ...lines], `${t('plan')} ${plan.manager_name} ${plan.from}`);
}

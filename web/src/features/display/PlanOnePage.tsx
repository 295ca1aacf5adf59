import { useParams } from '@tanstack/react-router';
import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { fenOf, yuan } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { YuanItem } from '@/shared/ui/YuanItem';
import { PLAN_TONES, refresh, type PlanLine, type PlanRow, type PlanWhole } from './data';
import { useRequired } from './fields';
import { PlanForm } from './PlanForm';

type Act = 'submit' | 'approve' | 'return' | 'end';

const ACTS: Record<string, Act[]> = { draft: ['submit', 'end'], submitted: ['approve', 'return', 'end'], approved: ['end'] };

/** One plan: planned, placed and what lies between, line by line. */
export default function PlanOnePage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/display/plans/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} />}
    </QueryState>
  );
}

function Record({ whole }: { whole: PlanWhole }) {
  const t = useT('displayPlans');
  const label = useLabel('displayPlans');
  const common = useT('common');
  const may = usePermission('display.manage');
  const [act, setAct] = useState<Act>();
  const [writing, setWriting] = useState(false);
  const [making, setMaking] = useState<PlanLine>();
  const { plan } = whole;
  const acts = may ? (ACTS[plan.state] ?? []) : [];
  const held = (one: Act) => one === 'approve' && plan.own;
  return (
    <>
      <PageHead
        title={`${plan.campaign} ${plan.id}`}
        note={
          <>
            <StatusTag tone={PLAN_TONES[plan.state]}>{label('plans', plan.state)}</StatusTag> {plan.territory_name} {plan.note}
          </>
        }
        actions={
          <>
            {may && plan.state === 'draft' && <Button onClick={() => setWriting(true)}>{t('rewrite')}</Button>}
            {acts.map((one, at) => (
              <Button
                key={one}
                type={at === 0 ? 'primary' : undefined}
                danger={one === 'end'}
                disabled={held(one)}
                title={held(one) ? t('ownPlan') : undefined}
                onClick={() => setAct(one)}
              >
                {t(`plan.${one}`)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Block title={t('progress')}>
        <p>{t('progressIs', { placed: plan.placed, planned: plan.planned })}</p>
        <p className="muted">
          {whole.beside === 0 ? t('besideNone') : t('beside', { count: whole.beside, cost: yuan(whole.beside_cost) })}
        </p>
      </Block>
      <div style={{ marginTop: 12 }}>
        <Block title={t('lines')}>
          <PlainTable
            label={t('lines')}
            heads={[
              t('line'),
              t('material'),
              t('place'),
              t('outlets'),
              t('lastDay'),
              t('owner'),
              { num: t('planned') },
              { num: t('made') },
              { num: t('placed') },
              { num: t('variance') },
              { num: t('budget') },
              { num: t('cost') },
              { acts: t('acts') },
            ]}
          >
            <tbody>
              {whole.lines.map((line) => (
                <tr key={line.line}>
                  <td>{line.line}</td>
                  <td>{line.material_name}</td>
                  <td>{line.place_name}</td>
                  <td title={line.outlet_names.join(' ')}>{line.outlets.length}</td>
                  <td>{line.last_day}</td>
                  <td>{line.owner || <StatusTag tone="warn">{t('noOwner')}</StatusTag>}</td>
                  <td className="num">{line.quantity}</td>
                  <td className="num">{line.made}</td>
                  <td className="num">{line.placed}</td>
                  <td className="num">{line.variance}</td>
                  <td className="num">
                    <Money fen={line.budget} />
                  </td>
                  <td className="num">
                    <Money fen={line.cost} />
                  </td>
                  <td className="no-print">
                    {may && plan.state === 'approved' && line.made < line.quantity ? (
                      <Button size="small" onClick={() => setMaking(line)}>
                        {t('makePiece')}
                      </Button>
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
      {act && <Acting act={act} plan={plan} onClose={() => setAct(undefined)} />}
      {writing && <PlanForm whole={whole} onClose={() => setWriting(false)} />}
      {making && <Making plan={plan} line={making} onClose={() => setMaking(undefined)} />}
    </>
  );
}

function Acting({ act, plan, onClose }: { act: Act; plan: PlanRow; onClose: () => void }) {
  const t = useT('displayPlans');
  const required = useRequired();
  const reasoned = act === 'return' || act === 'end';
  const submit = async ({ reason }: { reason?: string }) => {
    const params = { path: { id: plan.id }, header: ifMatch(plan.version) };
    const body = { act, reason: reason ?? '' };
    await answer(http.POST('/api/v1/display/plans/{id}/act', { params, headers: ifMatch(plan.version), body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t(`plan.${act}`)} · ${plan.campaign}`}
      consequence={t(`planWhy.${act}`)}
      verb={t(`plan.${act}`)}
      danger={act === 'end'}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      {reasoned && (
        <Form.Item name="reason" label={t('reason')} rules={required}>
          <Input.TextArea rows={3} maxLength={200} />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}

function Making({ plan, line, onClose }: { plan: PlanRow; line: PlanLine; onClose: () => void }) {
  const t = useT('displayPlans');
  const required = useRequired();
  const submit = async ({ outlet, cost }: { outlet: string; cost?: string }) => {
    const body = { line: line.line, outlet, cost: fenOf(cost ?? '') ?? 0 };
    await answer(http.POST('/api/v1/display/plans/{id}/pieces', { params: { path: { id: plan.id } }, body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('makePiece')} · ${line.material_name}`}
      consequence={t('makePieceConsequence')}
      verb={t('makePiece')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="outlet" label={t('outlet')} rules={required}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={line.outlets.map((value, at) => ({ value, label: `${line.outlet_names[at] ?? ''} ${value}` }))}
        />
      </Form.Item>
      <YuanItem name="cost" label={t('costYuan')} optional />
    </ActionDrawer>
  );
}

import { Link } from '@tanstack/react-router';
import { Button, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { api, http, ifMatch, onceHeader, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { keeper, refresh } from '@/shared/flows/acts';
import { fenOf, yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { Can } from '@/shared/permissions';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';

type Budget = Schema<'BudgetView'>;

const MOVES = ['reserve', 'release', 'spend', 'spend_reserved'] as const;

/** A budget: what is left of it, every movement, and the next one. */
export function BudgetDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT('flows');
  const query = api.useQuery('get', '/api/v1/budgets/{id}', { params: { path: { id } } });
  const [drawing, setDrawing] = useState(false);
  const data = query.data;
  return (
    <DetailDrawer
      open
      title={`${t('budget.one')} ${id}`}
      width={760}
      onClose={onClose}
      actions={
        data && (
          <Can permission="payment.make">
            <Button type="primary" onClick={() => setDrawing(true)}>
              {t('budget.draw')}
            </Button>
          </Can>
        )
      }
    >
      <QueryState query={query}>
        {({ budget, movements }) => (
          <>
            <dl className="figures">
              {(['amount', 'reserved', 'spent', 'free'] as const).map((key) => (
                <div key={key}>
                  <dt>{t(`budget.${key}`)}</dt>
                  <dd>{yuan(budget[key])}</dd>
                </div>
              ))}
            </dl>
            <p>
              {[budget.kind_title, String(budget.year), budget.holder.name, budget.territory_name].filter(Boolean).join(' · ')}{' '}
              <Link to="/applications/$id" params={{ id: budget.id } as never}>
                {t('toRecord')}
              </Link>
            </p>
            <Movements movements={movements} />
          </>
        )}
      </QueryState>
      {data && drawing && (
        <Draw budget={data.budget} reload={async () => (await query.refetch()).data?.budget} onClose={() => setDrawing(false)} />
      )}
    </DetailDrawer>
  );
}

function Movements({ movements }: { movements: Schema<'BudgetMovement'>[] }) {
  const t = useT('flows');
  const label = useLabel('flows');
  if (movements.length === 0) return <EmptyBox title={t('budget.noMovements')} help={t('budget.noMovementsHelp')} />;
  return (
    <PlainTable label={t('budget.movements')} heads={[t('time'), t('budget.move'), { num: t('amountYuan') }, t('budget.about'), t('who')]}>
      <tbody>
        {movements.map((one) => (
          <tr key={one.seq}>
            <td>{dateTime(one.at)}</td>
            <td>{label('moves', one.move)}</td>
            <td className="num">
              <Money fen={one.amount} />
            </td>
            <td>{one.about}</td>
            <td>{one.who}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface Values {
  move: string;
  amount: string;
  about: string;
}

/** Draws on a budget, within what is left. */
function Draw({ budget, reload, onClose }: { budget: Budget; reload: () => Promise<Budget | undefined>; onClose: () => void }) {
  const t = useT('flows');
  const [version, setVersion] = useState(budget.version);
  const [key] = useState(keeper);
  const submit = async ({ move, amount, about }: Values) => {
    const body = { move, amount: fenOf(amount) ?? 0, about: about.trim() };
    const header = { ...ifMatch(version), ...onceHeader(key([version, body])) } as { 'If-Match': string; 'Idempotency-Key': string };
    await http.POST('/api/v1/budgets/{id}/movements', { params: { path: { id: budget.id }, header }, body });
    await refresh();
  };
  const stale = async () => {
    const fresh = await reload();
    if (!fresh) return [];
    setVersion(fresh.version);
    const all = (['reserved', 'spent', 'free'] as const).map((name) => ({
      name: t(`budget.${name}`),
      before: yuan(budget[name]),
      after: yuan(fresh[name]),
    }));
    return all.filter((one) => one.before !== one.after);
  };
  return (
    <ActionDrawer<Values>
      open
      title={`${t('budget.draw')} · ${budget.id}`}
      consequence={t('budget.drawHelp', { free: yuan(budget.free), reserved: yuan(budget.reserved) })}
      verb={t('budget.drawVerb')}
      done={t('budget.drawn')}
      initial={{ move: 'spend' }}
      onSubmit={submit}
      onStale={stale}
      onClose={onClose}
    >
      <Form.Item name="move" label={t('budget.move')} rules={[{ required: true }]}>
        <Radio.Group style={{ display: 'grid', gap: 4 }} options={MOVES.map((value) => ({ value, label: t(`moves.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="amount"
        label={t('amountYuan')}
        rules={[
          {
            required: true,
            validator: (_, typed?: string) =>
              (fenOf(typed ?? '') ?? 0) > 0 ? Promise.resolve() : Promise.reject(new Error(t('typo.money'))),
          },
        ]}
      >
        <Input inputMode="decimal" autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="about"
        label={t('budget.about')}
        extra={t('budget.aboutHelp')}
        rules={[{ required: true, whitespace: true, min: 2, message: t('reasonMissing') }]}
      >
        <Input maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}

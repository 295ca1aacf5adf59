import { useParams } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { answer, api, http, newKey, onceHeader } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { money, yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { AdjustAct, CollectAct, DepositAct, IssueAct, OffsetAct } from './Acts';
import { buckets, OFFSET_TONES, refresh, type Invoice, type Whole } from './data';

/** A partner's account: what it owes by age, what it paid, its deposits and offsets. */
export default function AccountPage() {
  const { partner = '' } = useParams({ strict: false }) as { partner?: string };
  const query = api.useQuery('get', '/api/v1/receivables/{partner}', { params: { path: { partner } } });
  return (
    <QueryState query={query} rows={12}>
      {(whole) => <Account whole={whole} />}
    </QueryState>
  );
}

type Doing = { act: 'issue' | 'collect' | 'deposit' } | { act: 'adjust' | 'offset'; invoice: Invoice };

function Account({ whole }: { whole: Whole }) {
  const t = useT('receivables');
  const common = useT('common');
  const may = usePermission('receivable.manage');
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const { account } = whole;
  const ages = buckets(whole.steps);
  const figures: [string, number][] = [
    [t('invoiced'), account.invoiced],
    [t('adjusted'), account.adjusted],
    [t('collectedSum'), account.collected],
    [t('balance'), account.balance],
    ...account.ages.map((fen, at): [string, number] => [t('age', { days: ages[at] ?? '' }), fen]),
    [t('credit'), account.credit],
  ];
  return (
    <>
      <PageHead
        title={t('accountOf', { name: account.name })}
        note={account.partner}
        actions={
          <>
            {may && (
              <>
                <Button onClick={() => setDoing({ act: 'issue' })}>{t('issue')}</Button>
                <Button type="primary" onClick={() => setDoing({ act: 'collect' })}>
                  {t('collect')}
                </Button>
              </>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      {account.stopped && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 12 }}
          title={
            account.stopped_by || t('stoppedWhy', { amount: yuan(account.overdue), days: account.overdue_days, limit: whole.stop_days })
          }
        />
      )}
      <Block title={t('sums')}>
        <dl className="figures">
          {figures.map(([name, fen]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Money fen={fen} />
              </dd>
            </div>
          ))}
        </dl>
        <p className="muted">{t('formula')}</p>
      </Block>
      <Part title={t('invoices')} none={whole.invoices.length === 0}>
        <Invoices rows={whole.invoices} ages={ages} onAct={may ? (act, invoice) => setDoing({ act, invoice }) : undefined} />
      </Part>
      <Part title={t('collections')} none={whole.collections.length === 0}>
        <Collections whole={whole} />
      </Part>
      <Part title={t('deposits')} none={whole.deposits.length === 0}>
        <Deposits whole={whole} />
      </Part>
      {may && (
        <Button style={{ marginTop: 12 }} onClick={() => setDoing({ act: 'deposit' })}>
          {t('deposit')}
        </Button>
      )}
      <Part title={t('offsets')} none={whole.offsets.length === 0}>
        <Offsets whole={whole} />
      </Part>
      {doing?.act === 'issue' && <IssueAct partner={account.partner} onClose={close} />}
      {doing?.act === 'collect' && <CollectAct partner={account.partner} invoices={whole.invoices} onClose={close} />}
      {doing?.act === 'deposit' && <DepositAct partner={account.partner} onClose={close} />}
      {doing?.act === 'adjust' && <AdjustAct invoice={doing.invoice} onClose={close} />}
      {doing?.act === 'offset' && <OffsetAct invoice={doing.invoice} onClose={close} />}
    </>
  );
}

function Part({ title, none, children }: { title: string; none: boolean; children: ReactNode }) {
  const t = useT('receivables');
  return (
    <div style={{ marginTop: 12 }}>
      <Block title={title}>{none ? <EmptyBox title={t('nothing')} /> : children}</Block>
    </div>
  );
}

interface InvoicesProps {
  rows: Invoice[];
  ages: string[];
  onAct?: (act: 'adjust' | 'offset', invoice: Invoice) => void;
}

function Invoices({ rows, ages, onAct }: InvoicesProps) {
  const t = useT('receivables');
  const label = useLabel('receivables');
  return (
    <PlainTable label={t('invoices')} maxHeight={480}>
      <thead>
        <tr>
          <th scope="col">{t('number')}</th>
          <th scope="col">{t('kind')}</th>
          <th scope="col">{t('issuedOn')}</th>
          <th scope="col">{t('dueOn')}</th>
          {(['amount', 'adjusted', 'collectedSum', 'held', 'open'] as const).map((name) => (
            <th key={name} scope="col" className="num">
              {t(name)}
            </th>
          ))}
          <th scope="col">{t('ageing')}</th>
          <th scope="col">{t('overdueDays')}</th>
          {onAct && <th scope="col">{t('todo')}</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row" title={row.note}>
              {row.id}
            </th>
            <td>{label('kinds', row.kind)}</td>
            <td>{row.issued_on}</td>
            <td>{row.due_on}</td>
            {[row.amount, row.adjusted, row.collected, row.held, row.open].map((fen, at) => (
              <td key={at} className="num">
                <Money fen={fen} />
              </td>
            ))}
            <td>{row.open > 0 ? ages[row.bucket] : t('settled')}</td>
            <td>{row.overdue_days > 0 ? <StatusTag tone="warn">{String(row.overdue_days)}</StatusTag> : '—'}</td>
            {onAct && (
              <td>
                <Button size="small" type="link" onClick={() => onAct('adjust', row)}>
                  {t('adjust')}
                </Button>
                {row.overdue_days > 0 && row.open > row.held && (
                  <Button size="small" type="link" onClick={() => onAct('offset', row)}>
                    {t('offset')}
                  </Button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Collections({ whole }: { whole: Whole }) {
  const t = useT('receivables');
  const label = useLabel('receivables');
  const may = usePermission('receivable.manage');
  const match = async (id: string) => {
    const once = newKey();
    const params = { path: { id }, header: { 'Idempotency-Key': once } };
    await answer(http.POST('/api/v1/collections/{id}/match', { params, headers: onceHeader(once), body: {} }));
    await refresh();
  };
  const owes = whole.invoices.some((one) => one.open > one.held);
  return (
    <PlainTable label={t('collections')} maxHeight={360}>
      <thead>
        <tr>
          <th scope="col">{t('number')}</th>
          <th scope="col">{t('receivedOn')}</th>
          <th scope="col">{t('way')}</th>
          <th scope="col" className="num">
            {t('amount')}
          </th>
          <th scope="col">{t('paidFor')}</th>
          <th scope="col" className="num">
            {t('credit')}
          </th>
          <th scope="col">{t('reference')}</th>
        </tr>
      </thead>
      <tbody>
        {whole.collections.map((row) => (
          <tr key={row.id}>
            <th scope="row">{row.id}</th>
            <td>{row.received_on}</td>
            <td>{label('ways', row.way)}</td>
            <td className="num">
              <Money fen={row.amount} />
            </td>
            <td>{row.parts.map((part) => `${part.invoice} ${money(part.amount)}`).join('; ') || '—'}</td>
            <td className="num">
              <Money fen={row.credit} />
              {may && row.credit > 0 && owes && (
                <Button size="small" type="link" onClick={() => void match(row.id)}>
                  {t('match')}
                </Button>
              )}
            </td>
            <td>{row.reference}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Deposits({ whole }: { whole: Whole }) {
  const label = useLabel('receivables');
  return (
    <>
      <dl className="figures">
        {whole.deposits.map((row) => (
          <div key={row.kind}>
            <dt>{label('sources', row.kind)}</dt>
            <dd>
              <Money fen={row.balance} />
            </dd>
          </div>
        ))}
      </dl>
      <ul>
        {whole.deposit_movements.map((row) => (
          <li key={row.id}>
            {[dateTime(row.at), label('sources', row.kind), label('moved', row.act), yuan(row.amount), row.reference, row.reason, row.who]
              .filter(Boolean)
              .join(' · ')}
          </li>
        ))}
      </ul>
    </>
  );
}

function Offsets({ whole }: { whole: Whole }) {
  const t = useT('receivables');
  const label = useLabel('receivables');
  return (
    <ul>
      {whole.offsets.map((row) => (
        <li key={row.id}>
          <StatusTag tone={OFFSET_TONES[row.state]}>{label('offsetStates', row.state)}</StatusTag>{' '}
          {[
            row.id,
            row.invoice,
            label('sources', row.source),
            t('takenOf', { taken: yuan(row.taken), amount: yuan(row.amount) }),
            `${label('grounds', row.ground)} ${row.document}`,
            row.month ?? '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </li>
      ))}
    </ul>
  );
}

import { useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { TerminalAction, type TerminalAct } from './Acts';
import { TONES } from './data';

type Whole = Schema<'TerminalWhole'>;

/** One terminal: where it is, how its float adds up, its movements and its history. */
export default function TerminalPage() {
  const { serial = '' } = useParams({ strict: false }) as { serial?: string };
  const query = api.useQuery('get', '/api/v1/terminals/{serial}', { params: { path: { serial } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} />}
    </QueryState>
  );
}

function Record({ whole }: { whole: Whole }) {
  const t = useT('airtime');
  const label = useLabel('airtime');
  const common = useT('common');
  const may = usePermission('terminal.manage');
  const [act, setAct] = useState<TerminalAct>();
  const { terminal } = whole;
  const acts: TerminalAct[] = !may
    ? []
    : terminal.state === 'placed'
      ? ['load', 'record', 'recall']
      : terminal.state === 'stock'
        ? ['place']
        : [];
  const figures = [
    ['loaded', terminal.loaded],
    ['sold', terminal.sold],
    ['reversed', terminal.reversed],
    ['balance', terminal.balance],
    ['deposit', terminal.deposit],
  ] as const;
  return (
    <>
      <PageHead
        title={`${t('one')} ${terminal.serial}`}
        note={<StatusTag tone={TONES[terminal.state]}>{label('states', terminal.state)}</StatusTag>}
        actions={
          <>
            {acts.map((one) => (
              <Button
                key={one}
                type={one === 'load' || one === 'place' ? 'primary' : undefined}
                danger={one === 'recall'}
                onClick={() => setAct(one)}
              >
                {t(one)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Block title={t('float')}>
        <dl className="figures">
          {figures.map(([name, fen]) => (
            <div key={name}>
              <dt>{t(name)}</dt>
              <dd>
                <Money fen={fen} />
              </dd>
            </div>
          ))}
        </dl>
        <p className="muted">{t('formula')}</p>
        <p>
          {terminal.outlet
            ? t('at', {
                outlet: `${terminal.outlet_name} ${terminal.outlet}`,
                partner: `${terminal.partner_name} ${terminal.partner}`,
                agreement: terminal.agreement,
                day: terminal.placed_on ?? '',
              })
            : t('nowhere')}
        </p>
        {terminal.low && <StatusTag tone="warn">{t('alert.low')}</StatusTag>}
        {terminal.idle && <StatusTag tone="warn">{t('idleFor', { days: terminal.idle_days })}</StatusTag>}
      </Block>
      <div style={{ marginTop: 12 }}>
        <Block title={t('movements')}>
          {whole.movements.length === 0 ? (
            <EmptyBox title={t('noMovements')} />
          ) : (
            <PlainTable label={t('movements')} maxHeight={480}>
              <thead>
                <tr>
                  <th scope="col">{t('day')}</th>
                  <th scope="col">{t('flow')}</th>
                  <th scope="col" className="num">
                    {common('amount.label')}
                  </th>
                  <th scope="col">{t('number')}</th>
                  <th scope="col">{t('reference')}</th>
                </tr>
              </thead>
              <tbody>
                {whole.movements.map((row) => (
                  <tr key={row.number}>
                    <td>{row.occurred_on}</td>
                    <td>{label('flows', row.flow)}</td>
                    <td className="num">
                      <Money fen={row.amount} />
                    </td>
                    <td>{row.number}</td>
                    <td>{row.reference || '—'}</td>
                  </tr>
                ))}
              </tbody>
            </PlainTable>
          )}
        </Block>
      </div>
      {whole.history.length > 0 && (
        <div style={{ marginTop: 12 }}>
          <Block title={t('history')}>
            <ol>
              {whole.history.map((row) => (
                <li key={row.at + row.act}>
                  {[dateTime(row.at), label('happened', row.act), row.outlet_name, row.outlet, row.note, row.who]
                    .filter(Boolean)
                    .join(' · ')}
                </li>
              ))}
            </ol>
          </Block>
        </div>
      )}
      {act && <TerminalAction act={act} terminal={terminal} onClose={() => setAct(undefined)} />}
    </>
  );
}

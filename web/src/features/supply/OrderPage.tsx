import { Link, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { GRAVE, isPaid, offered, PIECE_TONES, RETURN_TONES, SUPPLY_TONES, type SupplyVerb, type SupplyWhole } from '@/shared/supply';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Act } from './Act';

/** One order: what was ordered with what it leaves, its pieces by serial, its returns and its history. Printed it is the delivery note. */
export default function OrderPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/supply/orders/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} />}
    </QueryState>
  );
}

function Record({ whole }: { whole: SupplyWhole }) {
  const t = useT('supply');
  const label = useLabel('supply');
  const common = useT('common');
  const [doing, setDoing] = useState<SupplyVerb>();
  const { order } = whole;
  const verbs = offered(whole.may);
  return (
    <>
      <PageHead
        title={`${t('one')} ${order.id}`}
        note={
          <>
            <StatusTag tone={SUPPLY_TONES[order.state]}>{label('states', order.state)}</StatusTag>{' '}
            {order.late && <StatusTag tone="bad">{t('late')}</StatusTag>} {isPaid(order) && <StatusTag tone="good">{t('paid')}</StatusTag>}
          </>
        }
        actions={
          <>
            {verbs.map((verb, at) => (
              <Button
                key={verb}
                type={at === 0 && !GRAVE.includes(verb) ? 'primary' : undefined}
                danger={GRAVE.includes(verb)}
                onClick={() => setDoing(verb)}
              >
                {t(`verbs.${verb}`)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Head whole={whole} />
      <Lines whole={whole} />
      {whole.pieces.length > 0 && <Pieces whole={whole} />}
      {whole.returns.length > 0 && <Returns whole={whole} />}
      <div style={{ marginTop: 12 }}>
        <Block title={t('history')}>
          <ol>
            {whole.history.map((row) => (
              <li key={row.at + row.act}>
                {[dateTime(row.at), label('happened', row.act), row.who, row.note].filter(Boolean).join(' · ')}
              </li>
            ))}
          </ol>
        </Block>
      </div>
      {doing && <Act verb={doing} whole={whole} onClose={() => setDoing(undefined)} />}
    </>
  );
}

function Head({ whole }: { whole: SupplyWhole }) {
  const t = useT('supply');
  const mayOwe = usePermission('receivable.read');
  const { order } = whole;
  return (
    <Block title={`${order.outlet_name} ${order.outlet}`}>
      <dl className="figures">
        <div>
          <dt>{t('amount')}</dt>
          <dd>
            <Money fen={order.amount} />
          </dd>
        </div>
        <div>
          <dt>{t('guaranteed')}</dt>
          <dd>
            <Money fen={whole.guaranteed} />
          </dd>
        </div>
        <div>
          <dt>{t('wholeMargin')}</dt>
          <dd>
            <Money fen={whole.margin} />
          </dd>
        </div>
        {order.open !== null && (
          <div>
            <dt>{t('open')}</dt>
            <dd>
              <Money fen={order.open} />
            </dd>
          </div>
        )}
      </dl>
      <p>
        {t('dates', { wanted: order.wanted_on, promised: order.promised_on ?? '—', received: order.received_on ?? '—' })}
        {order.note && ` · ${order.note}`}
      </p>
      <p>
        {`${order.partner_name} ${order.partner}`}
        {order.invoice && mayOwe && (
          <>
            {' · '}
            <Link to="/receivables/$partner" params={{ partner: order.partner } as never}>
              {t('invoiceOf', { invoice: order.invoice })}
            </Link>
          </>
        )}
      </p>
    </Block>
  );
}

function Lines({ whole }: { whole: SupplyWhole }) {
  const t = useT('supply');
  return (
    <div style={{ marginTop: 12 }}>
      <Block title={t('lines')}>
        <PlainTable
          label={t('lines')}
          heads={[
            t('product'),
            t('supplier'),
            { num: t('pieces') },
            { num: t('supplyPrice') },
            { num: t('suggestedPrice') },
            { num: t('margin') },
            { num: t('leastMargin') },
          ]}
        >
          <tbody>
            {whole.lines.map((line) => (
              <tr key={line.offer}>
                <td>{`${line.name} ${line.product}`}</td>
                <td>{line.supplier}</td>
                <td className="num">{count(line.pieces)}</td>
                <td className="num">
                  <Money fen={line.supply_price} />
                </td>
                <td className="num">
                  <Money fen={line.suggested_price} />
                </td>
                <td className="num">
                  <Money fen={line.margin} />
                </td>
                <td className="num">
                  <Money fen={line.least_margin} />
                </td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      </Block>
    </div>
  );
}

function Pieces({ whole }: { whole: SupplyWhole }) {
  const t = useT('supply');
  const label = useLabel('supply');
  return (
    <div style={{ marginTop: 12 }}>
      <Block title={t('serials')}>
        <PlainTable label={t('serials')} heads={[t('serial'), t('product'), t('state')]} maxHeight={360}>
          <tbody>
            {whole.pieces.map((piece) => (
              <tr key={piece.serial}>
                <td>{piece.serial}</td>
                <td>{whole.lines[piece.line - 1]?.name}</td>
                <td>
                  <StatusTag tone={PIECE_TONES[piece.state]}>{label('pieceStates', piece.state)}</StatusTag>
                </td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      </Block>
    </div>
  );
}

function Returns({ whole }: { whole: SupplyWhole }) {
  const t = useT('supply');
  const label = useLabel('supply');
  return (
    <div style={{ marginTop: 12 }}>
      <Block title={t('returns')}>
        <ul>
          {whole.returns.map((one) => (
            <li key={one.id}>
              {one.id} <StatusTag tone={RETURN_TONES[one.state]}>{label('returnStates', one.state)}</StatusTag>{' '}
              {[one.serials.join('、'), one.reason, one.decision].filter(Boolean).join(' · ')} <Money fen={one.amount} />
            </li>
          ))}
        </ul>
      </Block>
    </div>
  );
}

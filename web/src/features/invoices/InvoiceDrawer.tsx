import { Link } from '@tanstack/react-router';
import { Button, Form, Image, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime, month } from '@/shared/format/time';
import { Can } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Fits } from './Fits';
import { TONES } from './tones';

type Case = Schema<'InvoiceCase'>;

const PICTURES = new Set(['png', 'jpeg', 'webp']);

/** An invoice beside the statement it has to fit, its file, and the decision. */
export function InvoiceDrawer({ number, onClose }: { number: string; onClose: () => void }) {
  const label = useLabel('invoices');
  const query = api.useQuery('get', '/api/v1/invoices/{number}', { params: { path: { number } } });
  const state = query.data?.invoice.state;
  return (
    <DetailDrawer
      open
      title={
        <Space>
          {number}
          {state && <StatusTag tone={TONES[state]}>{label('states', state)}</StatusTag>}
        </Space>
      }
      onClose={onClose}
      width={760}
      actions={query.data && <Actions one={query.data} />}
    >
      <QueryState query={query}>{(one: Case) => <Content one={one} />}</QueryState>
    </DetailDrawer>
  );
}

function Content({ one }: { one: Case }) {
  const t = useT('invoices');
  const { invoice, file } = one;
  const differences = invoice.statement.startsWith('BC');
  const address = `/api/v1/attachments/${file.id}`;
  return (
    <div style={{ display: 'grid', gap: 12 }}>
      <Block title={t('match')} extra={<Fits one={one} />}>
        <dl className="figures">
          <div>
            <dt>{t('amount')}</dt>
            <dd>
              <Money fen={invoice.amount} />
            </dd>
          </div>
          <div>
            <dt>{t('billed')}</dt>
            <dd>
              <Money fen={one.billed} />
            </dd>
          </div>
          <div>
            <dt>{t('accepted')}</dt>
            <dd>
              <Money fen={one.accepted} />
            </dd>
          </div>
          <div>
            <dt>{t('missing')}</dt>
            <dd>
              <Money fen={one.billed - one.covered} />
            </dd>
          </div>
        </dl>
        <p style={{ margin: '8px 0 0' }}>
          {one.partner_name} <span className="muted">{invoice.partner}</span> · {month(invoice.period)}
        </p>
        <Link
          to="/statements/$period/$partner"
          params={{ period: invoice.period, partner: differences ? invoice.statement : invoice.partner } as never}
        >
          {invoice.statement}
        </Link>
      </Block>
      <Block title={t('paper')} extra={<a href={address}>{t('open')}</a>}>
        <p className="muted" style={{ marginTop: 0 }}>
          {file.name} · {t('issued', { day: invoice.issued_on })} ·{' '}
          {t('broughtBy', { who: invoice.brought_by, at: dateTime(invoice.brought_at) })}
        </p>
        {PICTURES.has(file.kind) ? (
          <Image src={address} alt={t('paperOf', { number: invoice.number })} style={{ maxWidth: '100%' }} />
        ) : (
          <p>{t('noPicture', { kind: file.kind.toUpperCase() })}</p>
        )}
      </Block>
      {one.decided_by && (
        <Block title={t('decision')}>
          <p style={{ margin: 0 }}>
            {t('decidedBy', { who: one.decided_by, at: one.decided_at ? dateTime(one.decided_at) : '' })} {invoice.reason}
          </p>
        </Block>
      )}
    </div>
  );
}

function Actions({ one }: { one: Case }) {
  const t = useT('invoices');
  const [open, setOpen] = useState<'accept' | 'refuse'>();
  const { invoice } = one;
  const close = () => setOpen(undefined);
  const blocked = one.is_maker ? t('own') : undefined;
  const decide = async (accept: boolean, reason = '') => {
    const params = { path: { number: invoice.number }, header: { 'If-Match': `"${invoice.version}"` } };
    await answer(http.POST('/api/v1/invoices/{number}/decision', { params, headers: ifMatch(invoice.version), body: { accept, reason } }));
    await queries.invalidateQueries();
  };
  if (invoice.state !== 'submitted') return null;
  return (
    <Can permission="dispute.answer">
      <Space>
        <Button onClick={() => setOpen('refuse')}>{t('refuse')}</Button>
        <Button type="primary" onClick={() => setOpen('accept')}>
          {t('accept')}
        </Button>
      </Space>
      <ActionDrawer<object>
        open={open === 'accept'}
        title={t('accept')}
        verb={t('accept')}
        blocked={blocked}
        consequence={t(one.accepted + invoice.amount === one.billed ? 'acceptHelp' : 'acceptPart')}
        done={t('acceptedNow')}
        onClose={close}
        onSubmit={() => decide(true)}
      />
      <ActionDrawer<{ reason: string }>
        open={open === 'refuse'}
        title={t('refuse')}
        verb={t('refuse')}
        blocked={blocked}
        consequence={t('refuseHelp')}
        done={t('refusedNow')}
        onClose={close}
        onSubmit={({ reason }) => decide(false, reason)}
      >
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true, min: 2, message: t('reasonMissing') }]}>
          <Input.TextArea rows={3} maxLength={500} showCount />
        </Form.Item>
      </ActionDrawer>
    </Can>
  );
}

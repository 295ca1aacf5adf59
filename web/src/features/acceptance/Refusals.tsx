import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { answer, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { Money } from '@/shared/ui/Money';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';

type Row = Schema<'RefusedOrder'>;

/** Codes one looks for; others are found by what their rows say. */
const CODES = [
  'acceptance.suspended',
  'acceptance.level.none',
  'acceptance.level.business',
  'acceptance.level.cooperative',
  'acceptance.certificate.ended',
  'acceptance.limit.order',
  'acceptance.limit.orders',
  'acceptance.limit.day',
  'orders.clerk.left',
  'orders.clerk.unbound',
  'orders.clerk.another',
  'orders.clerk.elsewhere',
  'orders.partner.blacklisted',
  'orders.partner.none',
  'orders.agreement.none',
  'orders.identity.missing',
  'orders.identity.failed',
  'orders.consent.missing',
  'orders.terms.changed',
  'orders.duplicate',
  'orders.card.none',
  'orders.card.elsewhere',
  'orders.card.state',
] as const;

/** Orders that were refused, and why. */
export function Refusals() {
  const t = useT('acceptance');
  const columns: Column<Row>[] = [
    { key: 'at', title: t('at'), fixed: 'left', render: (_, row) => dateTime(row.at) },
    {
      key: 'text',
      title: t('why'),
      render: (_, row) => (
        <div style={{ maxWidth: 480, whiteSpace: 'normal' }}>
          {row.text} <code className="muted small">{row.code}</code>
        </div>
      ),
    },
    { key: 'business', title: t('business'), dataIndex: 'business_title' },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'clerk', title: t('holders.clerk'), render: (_, row) => row.clerk || '—' },
    { key: 'login', title: t('login'), dataIndex: 'login' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => <span title={row.outlet}>{row.outlet_name}</span> },
    { key: 'partner', title: t('partner'), render: (_, row) => <span title={row.partner}>{row.partner_name}</span> },
  ];
  return (
    <ResourceTable<Row>
      id="refusals"
      label={t('tabs.refusals')}
      columns={columns}
      rowKey={(row) => row.id}
      load={(query, signal) => answer(http.GET('/api/v1/acceptance/refusals', { params: { query: query as object }, signal }))}
      filters={[
        {
          kind: 'select',
          name: 'code',
          label: t('why'),
          search: true,
          options: CODES.map((code) => ({ value: code, label: t(`codes.${code}`) })),
        },
        {
          kind: 'own',
          name: 'outlet',
          label: t('outlet'),
          render: (value, set, id) => <PlacePick id={id} kind="outlet" value={value} onChange={set} />,
        },
        {
          kind: 'own',
          name: 'clerk',
          label: t('holders.clerk'),
          render: (value, set, id) => <PlacePick id={id} kind="clerk" value={value} onChange={set} />,
        },
        {
          kind: 'own',
          name: 'from',
          label: t('since'),
          render: (value, set, id) => (
            <DatePicker id={id} value={value ? dayjs(value) : null} onChange={(day) => set(day?.format('YYYY-MM-DD'))} />
          ),
        },
      ]}
      whenEmpty={<EmptyBox title={t('noRefusals')} help={t('noRefusalsHelp')} />}
    />
  );
}

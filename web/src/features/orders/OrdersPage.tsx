import { Link, useNavigate } from '@tanstack/react-router';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { ORDER_TONES, STATES, TAKEN_BACK } from '@/shared/orders/states';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

type Row = Schema<'OrderRow'>;

/** Filters that counts share with the list; the state is what they count by. */
const FILTERS = ['q', 'business', 'outlet', 'partner', 'clerk', 'from', 'to'] as const;

/** Orders by state, with what was taken back. */
export default function OrdersPage() {
  const t = useT('orders');
  const label = useLabel('orders');
  const common = useT('common');
  const navigate = useNavigate();
  const [url] = useUrl();
  const query = Object.fromEntries(FILTERS.flatMap((name) => (url[name] ? [[name, url[name]]] : [])));
  const counts = api.useQuery('get', '/api/v1/orders/counts', { params: { query } }).data;
  const business = api.useQuery('get', '/api/v1/acceptance/definitions', {}, { staleTime: 10 * 60_000 }).data?.business ?? [];
  const of = (states: string) =>
    counts && counts.states.filter((one) => states.split(',').includes(one.state)).reduce((sum, one) => sum + one.orders, 0);
  const columns: Column<Row>[] = [
    {
      key: 'id',
      title: t('id'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/orders/$id" params={{ id: row.id } as never}>
          {row.id}
        </Link>
      ),
    },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={ORDER_TONES[row.state]}>{row.state_title}</StatusTag> },
    { key: 'business', title: t('business'), dataIndex: 'business_title' },
    { key: 'product', title: t('product'), render: (_, row) => row.product_name || '—' },
    { key: 'amount', title: t('amount'), money: true, sorter: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'subscriber', title: t('subscriber'), render: (_, row) => row.subscriber || '—' },
    { key: 'clerk', title: t('clerk'), render: (_, row) => <span title={row.clerk}>{row.clerk_name}</span> },
    { key: 'outlet', title: t('outlet'), render: (_, row) => <span title={row.outlet}>{row.outlet_name}</span> },
    { key: 'partner', title: t('partner'), render: (_, row) => <span title={row.partner}>{row.partner_name}</span> },
    { key: 'captured', title: t('captured'), sorter: true, render: (_, row) => dateTime(row.captured_at) },
    { key: 'effective', title: t('effectiveOn'), render: (_, row) => row.effective_on ?? '—' },
    { key: 'tasks', title: t('openTasks'), render: (_, row) => row.open_tasks.map((part) => label('parts', part)).join(t('and')) || '—' },
    { key: 'system', title: t('systemNo'), render: (_, row) => row.system_no || '—' },
    { key: 'fact', title: t('fact'), render: (_, row) => label('facts', row.fact) },
  ];
  const single = STATES.filter((state) => !TAKEN_BACK.split(',').includes(state));
  return (
    <>
      <PageHead title={t('title')} note={counts && t('sum', { count: count(counts.orders), amount: yuan(counts.amount) })} />
      <ResourceTable<Row>
        id="orders"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(asked, signal) => answer(http.GET('/api/v1/orders', { params: { query: asked as object }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all'), count: counts?.orders },
            ...single.map((state) => ({ value: state, label: label('states', state), count: of(state) })),
            { value: TAKEN_BACK, label: t('takenBack'), count: of(TAKEN_BACK) },
          ],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('search'), placeholder: t('searchHelp') },
          {
            kind: 'select',
            name: 'business',
            label: t('business'),
            options: business.map(({ id, title }) => ({ value: id, label: title })),
          },
          { kind: 'days', name: 'days', label: t('captured'), from: 'from', to: 'to' },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
          {
            kind: 'own',
            name: 'partner',
            label: t('partner'),
            render: (value, change, id) => <PlacePick id={id} kind="partner" value={value} onChange={change} />,
          },
          { kind: 'text', name: 'clerk', label: t('clerk') },
        ]}
        sum={(rows) => ({ amount: <Money fen={rows.reduce((all, row) => all + row.amount, 0)} /> })}
        onOpen={(row) => void navigate({ to: '/orders/$id', params: { id: row.id } as never })}
        whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
      />
    </>
  );
}

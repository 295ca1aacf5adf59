import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, api, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { stringifySearch } from '@/shared/url';
import { CASE_STATES, CASE_TONES, type Case } from './data';

/** Cases: where each stands, until when somebody has time, and how they ended. */
export default function CasesPage() {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const navigate = useNavigate();
  const decides = usePermission('price.decide');
  const [comparing, setComparing] = useState(false);
  const columns: Column<Case>[] = [
    {
      key: 'id',
      title: t('case'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/prices/cases/$id" params={{ id: row.id } as never}>
          {row.id}
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <>
          <StatusTag tone={CASE_TONES[row.state]}>{label('caseStates', row.state)}</StatusTag>{' '}
          {row.waits && <StatusTag tone="warn">{t('waits')}</StatusTag>}
        </>
      ),
    },
    { key: 'kind', title: t('kind'), render: (_, row) => label('caseKinds', row.kind) },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'partner', title: t('partner'), dataIndex: 'partner_name' },
    { key: 'product', title: t('product'), dataIndex: 'product_name' },
    { key: 'area', title: t('area'), dataIndex: 'territory_name' },
    { key: 'found', title: t('foundOn'), dataIndex: 'found_on' },
    { key: 'answer', title: t('answerDue'), render: (_, row) => row.answer_due ?? '—' },
    { key: 'appeal', title: t('appealDue'), render: (_, row) => row.appeal_due ?? '—' },
    { key: 'measure', title: t('measure'), render: (_, row) => (row.measure ? label('measures', row.measure) : '—') },
    { key: 'amount', title: t('deduction'), money: true, render: (_, row) => <Money fen={row.amount || null} /> },
    { key: 'summary', title: t('summary'), dataIndex: 'summary' },
  ];
  return (
    <>
      <PageHead
        title={t('cases')}
        note={t('casesNote')}
        actions={decides && <Button onClick={() => setComparing(true)}>{t('outcomes')}</Button>}
      />
      <ResourceTable<Case>
        id="price-cases"
        label={t('cases')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/price-cases', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...CASE_STATES.map((value) => ({ value, label: t(`caseStates.${value}`) }))],
        }}
        filters={[
          {
            kind: 'select',
            name: 'kind',
            label: t('kind'),
            options: (['price', 'diversion'] as const).map((value) => ({ value, label: t(`caseKinds.${value}`) })),
          },
          { kind: 'select', name: 'open', label: t('closing'), options: [{ value: 'true', label: t('openOnly') }] },
          {
            kind: 'own',
            name: 'partner',
            label: t('partner'),
            render: (value, change, id) => <PlacePick id={id} kind="partner" value={value} onChange={change} />,
          },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
        ]}
        ownFile
        tools={(query) => <Button href={`/api/v1/price-cases/file${stringifySearch(query)}`}>{common('export')}</Button>}
        onOpen={(row) => void navigate({ to: '/prices/cases/$id', params: { id: row.id } as never })}
        whenEmpty={<EmptyBox title={t('noCases')} help={t('noCasesHelp')} />}
      />
      <DetailDrawer open={comparing} title={t('outcomes')} width={820} onClose={() => setComparing(false)}>
        {comparing && <Outcomes />}
      </DetailDrawer>
    </>
  );
}

/** How partners were treated, side by side. */
function Outcomes() {
  const t = useT('price');
  const query = api.useQuery('get', '/api/v1/price-cases/outcomes', {});
  return (
    <QueryState query={query} rows={6}>
      {(rows) =>
        rows.length === 0 ? (
          <EmptyBox title={t('noCases')} />
        ) : (
          <PlainTable
            label={t('outcomes')}
            heads={[
              t('partner'),
              { num: t('caseCount') },
              { num: t('undecided') },
              { num: t('measures.none') },
              { num: t('measures.talk') },
              { num: t('measures.warning') },
              { num: t('measures.deduction') },
              { num: t('measures.supply_stop') },
              { num: t('deducted') },
            ]}
          >
            <tbody>
              {rows.map((row) => (
                <tr key={row.partner}>
                  <th scope="row">{row.partner_name}</th>
                  {[row.cases, row.open, row.nothing, row.talk, row.warning, row.deduction, row.supply_stop].map((value, at) => (
                    <td key={at} className="num">
                      {count(value)}
                    </td>
                  ))}
                  <td className="num">
                    <Money fen={row.deducted} />
                  </td>
                </tr>
              ))}
            </tbody>
          </PlainTable>
        )
      }
    </QueryState>
  );
}

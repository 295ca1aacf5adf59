import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, onceHeader } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { fenOf } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { YuanItem } from '@/shared/ui/YuanItem';
import { AGREEMENT_STATES, refresh, type DisplayAgreement } from './data';

/** Agreements on display: where, until when, for what. */
export default function AgreementsPage() {
  const t = useT('display');
  const label = useLabel('display');
  const common = useT('common');
  const may = usePermission('display.manage');
  const [drafting, setDrafting] = useState(false);
  const [acting, setActing] = useState<{ act: 'sign' | 'end'; row: DisplayAgreement }>();
  const columns: Column<DisplayAgreement>[] = [
    { key: 'id', title: t('number'), dataIndex: 'id', fixed: 'left' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'partner', title: t('partner'), dataIndex: 'partner_name' },
    { key: 'places', title: t('place'), render: (_, row) => row.place_names.join('、') },
    { key: 'size', title: t('size'), dataIndex: 'size' },
    { key: 'from', title: t('from'), dataIndex: 'from' },
    {
      key: 'last',
      title: t('lastDay'),
      render: (_, row) => (
        <>
          {row.last_day} {row.ending && <StatusTag tone="warn">{t('daysLeft', { days: row.days_left ?? 0 })}</StatusTag>}
        </>
      ),
    },
    { key: 'cost', title: t('cost'), money: true, render: (_, row) => <Money fen={row.cost} /> },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag>{label('agreements', row.state)}</StatusTag> },
    { key: 'signed', title: t('signedBy'), render: (_, row) => (row.signed_by ? `${row.signed_by} ${row.signed_on ?? ''}` : '—') },
    {
      key: 'acts',
      title: t('acts'),
      render: (_, row) =>
        may && row.state !== 'ended' ? (
          <>
            {row.state === 'draft' && (
              <Button
                type="link"
                size="small"
                disabled={row.own}
                title={row.own ? t('ownDraft') : undefined}
                onClick={() => setActing({ act: 'sign', row })}
              >
                {t('sign')}
              </Button>
            )}
            <Button type="link" size="small" danger onClick={() => setActing({ act: 'end', row })}>
              {t('end')}
            </Button>
          </>
        ) : (
          '—'
        ),
    },
  ];
  return (
    <>
      <PageHead
        title={t('agreementsTitle')}
        actions={
          may && (
            <Button type="primary" onClick={() => setDrafting(true)}>
              {t('draft')}
            </Button>
          )
        }
      />
      <ResourceTable<DisplayAgreement>
        id="display-agreements"
        label={t('agreementsTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/display/agreements', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...AGREEMENT_STATES.map((value) => ({ value, label: t(`agreements.${value}`) }))],
        }}
        filters={[
          { kind: 'select', name: 'ending', label: t('lastDay'), options: [{ value: 'true', label: t('endingSoon') }] },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
        ]}
        whenEmpty={<EmptyBox title={t('noAgreements')} help={t('noAgreementsHelp')} />}
      />
      {drafting && <Draft onClose={() => setDrafting(false)} />}
      {acting && <Acting {...acting} onClose={() => setActing(undefined)} />}
    </>
  );
}

interface Drafted {
  outlet: string;
  places: string[];
  size: string;
  from: string;
  last_day: string;
  amount?: string;
  rights: string;
  duties: string;
}

function Draft({ onClose }: { onClose: () => void }) {
  const t = useT('display');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Drafted>();
  const outlet = Form.useWatch('outlet', form) ?? '';
  const shown = api.useQuery(
    'get',
    '/api/v1/display/outlets/{code}',
    { params: { path: { code: outlet } } },
    { enabled: outlet !== '' },
  ).data;
  const submit = async ({ amount, ...values }: Drafted) => {
    const body = { ...values, cost: fenOf(amount ?? '') ?? 0 };
    const once = key(body);
    await answer(
      http.POST('/api/v1/display/agreements', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }),
    );
    await refresh();
  };
  const required = [{ required: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer<Drafted>
      open
      form={form}
      title={t('draft')}
      consequence={t('draftConsequence')}
      verb={t('draft')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
      width={520}
    >
      <Form.Item name="outlet" label={t('outlet')} rules={required}>
        <PlacePick kind="outlet" />
      </Form.Item>
      <Form.Item name="places" label={t('place')} rules={required}>
        <Select
          mode="multiple"
          options={(shown?.places ?? []).map((place) => ({ value: place.code, label: `${place.zone_name} · ${place.name}` }))}
        />
      </Form.Item>
      <Form.Item name="size" label={t('size')} rules={required}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="from" label={t('from')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="last_day" label={t('lastDay')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <YuanItem name="amount" optional />
      <Form.Item name="rights" label={t('rights')} rules={required}>
        <Input.TextArea rows={3} maxLength={1000} />
      </Form.Item>
      <Form.Item name="duties" label={t('duties')} rules={required}>
        <Input.TextArea rows={3} maxLength={1000} />
      </Form.Item>
    </ActionDrawer>
  );
}

function Acting({ act, row, onClose }: { act: 'sign' | 'end'; row: DisplayAgreement; onClose: () => void }) {
  const t = useT('display');
  const submit = async (values: { by?: string; on?: string; reason?: string }) => {
    const body = { act, by: values.by ?? '', on: values.on ?? '', reason: values.reason ?? '' };
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    await answer(http.POST('/api/v1/display/agreements/{id}/act', { params, headers: ifMatch(row.version), body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open
      title={`${t(act)} · ${row.id}`}
      consequence={t(`${act}Consequence`)}
      verb={t(act)}
      danger={act === 'end'}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      {act === 'sign' ? (
        <>
          <Form.Item name="by" label={t('signedBy')} rules={required}>
            <Input maxLength={40} autoComplete="off" />
          </Form.Item>
          <Form.Item name="on" label={t('signedOn')} rules={required}>
            <Input type="date" />
          </Form.Item>
        </>
      ) : (
        <Form.Item name="reason" label={t('reason')} rules={required}>
          <Input.TextArea rows={3} maxLength={200} />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}

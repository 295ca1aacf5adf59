import { Button, Checkbox, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, onceHeader, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useAreas } from '@/shared/words';
import { DecideDrawer } from './Decide';
import { DECIDED_TONES, refresh } from './data';
import { AreaItem, DayItem, ProductPick, useRequired, WordsItem } from './Fields';

type Row = Schema<'AreaAuthorisation'>;

const STATES = ['requested', 'approved', 'refused', 'ended'] as const;

/** Where else partners may sell, for how long, and where they are protected. */
export default function AreasPage() {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const [manages, decides] = [usePermission('price.manage'), usePermission('price.decide')];
  const { areas, loading } = useAreas();
  const [asking, setAsking] = useState(false);
  const [doing, setDoing] = useState<{ row: Row; act: 'approve' | 'refuse' | 'end' }>();
  const columns: Column<Row>[] = [
    { key: 'id', title: t('number'), fixed: 'left', dataIndex: 'id' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <>
          <StatusTag tone={DECIDED_TONES[row.state]}>{label('decided', row.state)}</StatusTag>{' '}
          {row.in_force && <StatusTag tone="good">{t('inForce')}</StatusTag>}
        </>
      ),
    },
    { key: 'partner', title: t('partner'), render: (_, row) => `${row.partner_name} ${row.partner}` },
    { key: 'area', title: t('area'), dataIndex: 'area_name' },
    { key: 'goods', title: t('goods'), render: (_, row) => row.goods_name || t('allGoods') },
    { key: 'exclusive', title: t('exclusive'), render: (_, row) => (row.exclusive ? t('exclusive') : '—') },
    { key: 'from', title: t('from'), dataIndex: 'from' },
    { key: 'last', title: t('lastDay'), dataIndex: 'last_day' },
    { key: 'reason', title: t('reason'), dataIndex: 'reason' },
    { key: 'maker', title: t('maker'), dataIndex: 'made_by' },
    { key: 'decided', title: t('decidedBy'), render: (_, row) => [row.decided_by, row.decision].filter(Boolean).join(' · ') || '—' },
    ...(decides
      ? [
          {
            key: 'action',
            title: common('action'),
            render: (_: unknown, row: Row) => (
              <Space>
                {row.state === 'requested' &&
                  (['approve', 'refuse'] as const).map((act) => (
                    <Button
                      key={act}
                      size="small"
                      disabled={row.is_maker}
                      title={row.is_maker ? t('ownHand') : undefined}
                      onClick={() => setDoing({ row, act })}
                    >
                      {t(act)}
                    </Button>
                  ))}
                {row.state === 'approved' && (
                  <Button size="small" onClick={() => setDoing({ row, act: 'end' })}>
                    {t('end')}
                  </Button>
                )}
              </Space>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHead
        title={t('areas')}
        note={t('areasNote')}
        actions={
          manages && (
            <Button type="primary" onClick={() => setAsking(true)}>
              {t('ask')}
            </Button>
          )
        }
      />
      <ResourceTable<Row>
        id="area-authorisations"
        label={t('areas')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/area-authorisations', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...STATES.map((value) => ({ value, label: t(`decided.${value}`) }))],
        }}
        filters={[
          {
            kind: 'own',
            name: 'partner',
            label: t('partner'),
            render: (value, change, id) => <PlacePick id={id} kind="partner" value={value} onChange={change} />,
          },
          { kind: 'area', name: 'territory', label: t('area'), areas, loading },
        ]}
        whenEmpty={<EmptyBox title={t('noAreas')} help={t('noAreasHelp')} />}
      />
      {asking && <Ask onClose={() => setAsking(false)} />}
      {doing && doing.act !== 'end' && (
        <DecideDrawer
          title={`${t(doing.act)} ${doing.row.id}`}
          approve={doing.act === 'approve'}
          consequence={doing.act === 'approve' ? t('grantHelp') : t('refuseHelp')}
          onSubmit={(body) => {
            const params = { path: { id: doing.row.id }, header: ifMatch(doing.row.version) };
            const headers = ifMatch(doing.row.version);
            return answer(http.POST('/api/v1/area-authorisations/{id}/decision', { params, headers, body }));
          }}
          onClose={() => setDoing(undefined)}
        />
      )}
      {doing?.act === 'end' && <End row={doing.row} onClose={() => setDoing(undefined)} />}
    </>
  );
}

interface Asked {
  partner: string;
  area: string;
  goods?: string;
  exclusive?: boolean;
  from: string;
  last_day: string;
  reason: string;
}

function Ask({ onClose }: { onClose: () => void }) {
  const t = useT('price');
  const me = useMe();
  const [key] = useState(keeper);
  const required = useRequired();
  const submit = async (values: Asked) => {
    const body = { ...values, goods: values.goods ?? '', exclusive: values.exclusive ?? false };
    const once = key(body);
    await answer(
      http.POST('/api/v1/area-authorisations', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }),
    );
    await refresh();
  };
  return (
    <ActionDrawer<Asked>
      open
      title={t('ask')}
      consequence={t('askConsequence')}
      verb={t('ask')}
      done={t('asked')}
      initial={{ from: me.today }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="partner" label={t('partner')} rules={required}>
        <PlacePick kind="partner" />
      </Form.Item>
      <AreaItem name="area" required />
      <Form.Item name="goods" label={t('goods')} extra={t('goodsHelp')}>
        <ProductPick />
      </Form.Item>
      <DayItem name="from" label={t('from')} />
      <DayItem name="last_day" label={t('lastDay')} />
      <Form.Item name="exclusive" valuePropName="checked" extra={t('exclusiveHelp')}>
        <Checkbox>{t('exclusive')}</Checkbox>
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={required}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
    </ActionDrawer>
  );
}

function End({ row, onClose }: { row: Row; onClose: () => void }) {
  const t = useT('price');
  const me = useMe();
  const submit = async (body: { last_day: string; reason: string }) => {
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    await answer(http.POST('/api/v1/area-authorisations/{id}/end', { params, headers: ifMatch(row.version), body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('end')} ${row.id}`}
      consequence={t('endHelp')}
      verb={t('end')}
      danger
      done={t('done')}
      initial={{ last_day: me.today }}
      onSubmit={submit}
      onClose={onClose}
    >
      <DayItem name="last_day" label={t('lastDay')} />
      <WordsItem name="reason" label={t('reason')} most={200} />
    </ActionDrawer>
  );
}

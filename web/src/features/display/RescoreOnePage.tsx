import { useParams } from '@tanstack/react-router';
import { App, Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Refused } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { refresh, RESCORE_TONES } from './data';
import { useRequired } from './fields';
import { Photo } from './parts';

type Whole = Schema<'RescoreWhole'>;

/** One check that was drawn: its photos, and the second judgement. */
export default function RescoreOnePage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/display/rescores/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} />}
    </QueryState>
  );
}

const score = (value: number | null) => (value === null ? '—' : (value / 100).toFixed(1));

function Record({ whole }: { whole: Whole }) {
  const t = useT('displayPlans');
  const label = useLabel('displayPlans');
  const may = usePermission('display.manage');
  const { rescore, items } = whole;
  const open = may && rescore.state === 'drawn' && !rescore.own && items.length > 0;
  return (
    <>
      <PageHead
        title={`${rescore.template_name} · ${rescore.outlet_name}`}
        note={
          <>
            <StatusTag tone={RESCORE_TONES[rescore.state]}>{label('rescores', rescore.state)}</StatusTag> {rescore.day}{' '}
            {rescore.scorer_name}
          </>
        }
      />
      {rescore.again !== null && (
        <Block title={t('difference')}>
          <dl className="figures">
            <div>
              <dt>{t('firstScore')}</dt>
              <dd>{score(rescore.score)}</dd>
            </div>
            <div>
              <dt>{t('secondScore')}</dt>
              <dd>{score(rescore.again)}</dd>
            </div>
            <div>
              <dt>{t('difference')}</dt>
              <dd>{score(rescore.difference)}</dd>
            </div>
          </dl>
          <p>{[rescore.note, rescore.reply].filter(Boolean).join(' · ')}</p>
        </Block>
      )}
      {rescore.own && rescore.state === 'drawn' && <p className="muted">{t('ownCheck')}</p>}
      <div style={{ marginTop: 12 }}>
        <Block title={t('lookAgain')}>
          {items.length === 0 ? <EmptyBox title={t('noItems')} /> : open ? <Judging whole={whole} /> : <Items whole={whole} />}
        </Block>
      </div>
    </>
  );
}

function Items({ whole }: { whole: Whole }) {
  const t = useT('displayPlans');
  const said = (first: string) => (first === 'yes' ? t('yes') : first === 'no' ? t('no') : first);
  return (
    <ul>
      {whole.items.map((item) => (
        <li key={item.item}>
          <p>
            {item.name} {item.first && <span className="muted">{t('firstSaid', { said: said(item.first) })}</span>}
          </p>
          <Photos item={item} />
        </li>
      ))}
    </ul>
  );
}

function Photos({ item }: { item: Whole['items'][number] }) {
  return (
    <p>
      {item.photos.map((sha256, at) => (
        <Photo key={sha256} sha256={sha256} label={`${item.name} ${at + 1}`} />
      ))}
    </p>
  );
}

interface Values {
  judged: Record<string, string>;
  note?: string;
}

function Judging({ whole: { rescore, items } }: { whole: Whole }) {
  const t = useT('displayPlans');
  const { message } = App.useApp();
  const required = useRequired();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const submit = async ({ judged, note }: Values) => {
    setBusy(true);
    setRefused(undefined);
    try {
      const params = { path: { id: rescore.id }, header: ifMatch(rescore.version) };
      const body = { judged, note: note ?? '' };
      await answer(http.POST('/api/v1/display/rescores/{id}', { params, headers: ifMatch(rescore.version), body }));
      void message.success(t('done'));
      await refresh();
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const options = (levels: number | null) =>
    levels === null
      ? [
          { value: 'yes', label: t('yes') },
          { value: 'no', label: t('no') },
        ]
      : Array.from({ length: levels + 1 }, (_, at) => ({ value: String(levels - at), label: String(levels - at) }));
  return (
    <Form<Values> layout="vertical" onFinish={(values) => void submit(values)}>
      <p className="muted">{t('lookAgainHelp')}</p>
      {refused !== undefined && <Refused error={refused} />}
      {items.map((item) => (
        <div key={item.item}>
          <Photos item={item} />
          <Form.Item name={['judged', item.item]} label={t('judge', { item: item.name })} rules={required} style={{ maxWidth: 420 }}>
            <Select options={options(item.levels)} />
          </Form.Item>
        </div>
      ))}
      <Form.Item name="note" label={t('note')} style={{ maxWidth: 420 }}>
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        {t('submitScore')}
      </Button>
    </Form>
  );
}

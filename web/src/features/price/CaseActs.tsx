import { Form, Input, Radio, Select } from 'antd';
import { answer, api, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { fenOf, yuan } from '@/shared/format/money';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlacePick } from '@/shared/ui/PlacePick';
import { YuanItem } from '@/shared/ui/YuanItem';
import { measures, refresh, type Case, type CaseWhole, type Measure } from './data';
import { useRequired, WordsItem } from './Fields';

export type WordsVerb = 'notify' | 'explain' | 'appeal' | 'close';

/** A step that takes words and nothing else. */
export function WordsAct({ verb, one, onClose }: { verb: WordsVerb; one: Case; onClose: () => void }) {
  const t = useT('price');
  const submit = async (body: { words: string }) => {
    const params = { path: { id: one.id }, header: ifMatch(one.version) };
    const headers = ifMatch(one.version);
    const sent = { params, headers, body };
    await (verb === 'notify'
      ? answer(http.POST('/api/v1/price-cases/{id}/notify', sent))
      : verb === 'explain'
        ? answer(http.POST('/api/v1/price-cases/{id}/explain', sent))
        : verb === 'appeal'
          ? answer(http.POST('/api/v1/price-cases/{id}/appeal', sent))
          : answer(http.POST('/api/v1/price-cases/{id}/close', sent)));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t(`caseActs.${verb}`)} ${one.id}`}
      consequence={t(`caseActHelp.${verb}`)}
      verb={t(`caseActs.${verb}`)}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <WordsItem name="words" label={t(`caseWords.${verb}`)} most={verb === 'explain' || verb === 'appeal' ? 2000 : 500} />
    </ActionDrawer>
  );
}

interface Decided {
  measure: Measure;
  amount?: string;
  harmed?: string;
  compensation?: string;
  agreement?: string;
  clause?: string;
  words: string;
  relation: string;
}

/** Decides a case; after an appeal, for good and no harder. */
export function DecideAct({ whole, onClose }: { whole: CaseWhole; onClose: () => void }) {
  const t = useT('price');
  const [form] = Form.useForm<Decided>();
  const measure = Form.useWatch('measure', form) ?? 'none';
  const compensation = Form.useWatch('compensation', form);
  const required = useRequired();
  const { case: one, agreements } = whole;
  const diversion = one.kind === 'diversion';
  const based = !['none', 'talk'].includes(measure) || (fenOf(compensation ?? '') ?? 0) > 0;
  const submit = async (values: Decided) => {
    const body = {
      measure: values.measure,
      amount: values.measure === 'deduction' ? (fenOf(values.amount ?? '') ?? 0) : 0,
      harmed: diversion ? (values.harmed ?? '') : '',
      compensation: diversion ? (fenOf(values.compensation ?? '') ?? 0) : 0,
      agreement: values.agreement ?? '',
      clause: values.clause ?? '',
      words: values.words,
      relation: values.relation,
    };
    const params = { path: { id: one.id }, header: ifMatch(one.version) };
    await answer(http.POST('/api/v1/price-cases/{id}/decide', { params, headers: ifMatch(one.version), body }));
    await refresh();
  };
  const before = one.state === 'appealed' ? one.measure : '';
  return (
    <ActionDrawer<Decided>
      open
      width={520}
      form={form}
      title={`${t('caseActs.decide')} ${one.id}`}
      consequence={one.state === 'appealed' ? t('decideFinal') : t('caseActHelp.decide')}
      verb={t('caseActs.decide')}
      done={t('done')}
      initial={{ measure: 'talk', harmed: whole.findings[0]?.harmed }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="measure" label={t('measure')} extra={t('ladderHelp')}>
        <Radio.Group options={measures(whole, one.mode, before).map((value) => ({ value, label: t(`measures.${value}`) }))} />
      </Form.Item>
      {measure === 'deduction' && <YuanItem name="amount" label={t('deductionYuan')} />}
      {diversion && (
        <>
          <Form.Item name="harmed" label={t('harmed')}>
            <PlacePick kind="partner" />
          </Form.Item>
          <YuanItem name="compensation" label={t('compensationYuan')} optional />
        </>
      )}
      {based && (
        <>
          <Form.Item
            name="agreement"
            label={t('agreement')}
            rules={required}
            extra={agreements.length === 0 ? t('noAgreement') : undefined}
          >
            <Select options={agreements.map((value) => ({ value, label: value }))} />
          </Form.Item>
          <Form.Item name="clause" label={t('clause')} rules={required}>
            <Input maxLength={200} autoComplete="off" />
          </Form.Item>
        </>
      )}
      <WordsItem name="words" label={t('grounds')} most={1000} />
      <WordsItem name="relation" label={t('relation')} extra={t('relationHelp')} />
    </ActionDrawer>
  );
}

/** Notes that it is in order now. */
export function RecheckAct({ whole, onClose }: { whole: CaseWhole; onClose: () => void }) {
  const t = useT('price');
  const { case: one } = whole;
  const required = useRequired();
  const price = one.kind === 'price';
  const submit = async (values: { check?: string; words: string }) => {
    const params = { path: { id: one.id }, header: ifMatch(one.version) };
    const body = { check: values.check?.trim() ?? '', words: values.words };
    await answer(http.POST('/api/v1/price-cases/{id}/recheck', { params, headers: ifMatch(one.version), body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('caseActs.recheck')} ${one.id}`}
      consequence={price ? t('recheckPrice') : t('recheckDiversion')}
      verb={t('caseActs.recheck')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      {price && (
        <Form.Item name="check" label={t('laterCheck')} rules={required}>
          <LaterChecks one={one} />
        </Form.Item>
      )}
      <WordsItem name="words" label={t('seenThen')} />
    </ActionDrawer>
  );
}

function LaterChecks({ one, value, onChange }: { one: Case; value?: string; onChange?: (value: string) => void }) {
  const t = useT('price');
  const label = useLabel('price');
  const asked = { outlet: one.outlet, product: one.product, verdict: 'fine', from: one.found_on, limit: 50 };
  const query = api.useQuery('get', '/api/v1/price-checks', { params: { query: asked } });
  return (
    <Select
      value={value}
      onChange={onChange}
      loading={query.isLoading}
      notFoundContent={t('noLater')}
      options={(query.data?.items ?? []).map((row) => ({
        value: row.id,
        label: `${row.seen_on} ${label('seen', row.seen)} ${yuan(row.amount)}`,
      }))}
    />
  );
}

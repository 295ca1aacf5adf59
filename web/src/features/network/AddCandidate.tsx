import { Alert, AutoComplete, Button, Checkbox, Form, Input, Select } from 'antd';
import { useMemo, useState } from 'react';
import { answer, http, queries } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { ActionDrawer, Refused } from '@/shared/ui/Drawers';
import type { Area } from '@/shared/ui/Pickers';
import { useAreas, useWords } from './data';
import { Place } from './LifeActs';
import { ReasonField } from './LifeParts';
import { TERRITORY, twinsAsked, type Twin, type Who } from './lives';
import { Twins } from './Twins';

const LIKELY = 'network.duplicate.likely';

interface Fields {
  code: string;
  name: string;
  above?: string;
  territory: string;
  kind?: string;
  class?: string;
  address?: string;
  licence?: string;
  person?: string;
  phone?: string;
  despite?: boolean;
  reason: string;
}

const text = (typed?: string) => typed?.trim() ?? '';
const some = (typed?: string) => typed?.trim() || undefined;

interface Props {
  who: Who;
  onClose: () => void;
  onAdded: (code: string) => void;
}

/** A new candidate. What may be there already is shown before anything is kept, and one goes on only by saying that it is another. */
export function AddCandidate({ who, onClose, onAdded }: Props) {
  const t = useT('life');
  const [form] = Form.useForm<Fields>();
  const typed = Form.useWatch([], form) as Partial<Fields> | undefined;
  const [looked, setLooked] = useState<{ key: string; twins: Twin[] }>();
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const asked = twinsAsked({ ...typed, who });
  // What was found holds for what was typed then.
  const key = JSON.stringify(asked);
  const twins = looked && looked.key === key ? looked.twins : undefined;
  const look = async () => {
    if (!asked) return;
    setBusy(true);
    setRefused(undefined);
    try {
      setLooked({ key, twins: await answer(http.POST('/api/v1/duplicates', { body: asked })) });
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <ActionDrawer<Fields>
      open
      form={form}
      title={`${t('addCandidate')} · ${t(`whoOf.${who}`)}`}
      verb={t('addCandidate')}
      done={t('added')}
      width={520}
      onClose={onClose}
      onSubmit={async (fields) => {
        const code = text(fields.code);
        try {
          await http.POST('/api/v1/candidates', {
            body: {
              who,
              code,
              name: text(fields.name),
              above: text(fields.above),
              territory: text(fields.territory),
              kind: text(fields.kind),
              class: text(fields.class),
              address: text(fields.address),
              licence: some(fields.licence),
              person: some(fields.person),
              phone: some(fields.phone),
              despite: fields.despite === true && twins !== undefined,
              reason: fields.reason,
            },
          });
        } catch (error) {
          if (error instanceof ApiError && error.code === LIKELY) await look();
          throw error;
        }
        await queries.invalidateQueries();
        onAdded(code);
      }}
    >
      <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="code" label={t('code')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <Territory />
      <Form.Item
        name="above"
        label={who === 'partner' ? t('above') : t('owner')}
        extra={who === 'partner' ? t('aboveHelpPartner') : t('aboveHelpOutlet')}
      >
        <Place who="partner" />
      </Form.Item>
      <Classes who={who} />
      <Form.Item name="address" label={t('address')}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="licence" label={t('licence')} extra={t('numberHelp')}>
        <Input autoComplete="off" maxLength={40} />
      </Form.Item>
      <Form.Item name="person" label={t('person')} extra={t('numberHelp')}>
        <Input autoComplete="off" maxLength={40} />
      </Form.Item>
      <Form.Item name="phone" label={t('phone')} extra={t('numberHelp')}>
        <Input inputMode="tel" autoComplete="off" maxLength={20} />
      </Form.Item>
      <Form.Item>
        <Button loading={busy} disabled={!asked} onClick={() => void look()}>
          {t('checkTwins')}
        </Button>
      </Form.Item>
      {refused !== undefined && <Refused error={refused} />}
      {twins?.length === 0 && <Alert type="success" showIcon role="status" style={{ marginBottom: 12 }} title={t('twinsNone')} />}
      {twins && twins.length > 0 && (
        <>
          <Twins twins={twins} />
          <Form.Item name="despite" valuePropName="checked">
            <Checkbox>{t('despite')}</Checkbox>
          </Form.Item>
        </>
      )}
      <ReasonField />
    </ActionDrawer>
  );
}

const flat = (areas: readonly Area[]): { value: string; label: string }[] =>
  areas.flatMap((area) => [{ value: area.code, label: `${area.name} ${area.code}` }, ...flat(area.children ?? [])]);

/** A division code: typed, or found by the name of an area. */
function Territory() {
  const t = useT('life');
  const { areas } = useAreas();
  const options = useMemo(() => flat(areas), [areas]);
  return (
    <Form.Item
      name="territory"
      label={t('area')}
      extra={t('territoryHelp')}
      rules={[
        { required: true, message: t('required') },
        { pattern: TERRITORY, message: t('territoryWrong') },
      ]}
    >
      <AutoComplete options={options} showSearch={{ filterOption: (typed, option) => option?.label.includes(typed.trim()) ?? false }} />
    </Form.Item>
  );
}

function Classes({ who }: { who: Who }) {
  const t = useT('life');
  const words = useWords();
  const rules = [{ required: true, message: t('required') }];
  if (who === 'partner')
    return (
      <>
        <Form.Item name="kind" label={t('kind')}>
          <Input maxLength={40} autoComplete="off" />
        </Form.Item>
        <Form.Item name="class" label={t('tier')}>
          <Select allowClear options={words.tiers} />
        </Form.Item>
      </>
    );
  return (
    <>
      <Form.Item name="kind" label={t('channel')} rules={rules}>
        <Select options={words.channels} />
      </Form.Item>
      <Form.Item name="class" label={t('subtype')} rules={rules}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={words.subtypes} />
      </Form.Item>
    </>
  );
}

// A form that is tried on the text as it is: which steps would come, what it lacks. What was tried can become an example.
import { Alert, Button, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useLang, useT } from '@/i18n';
import { fill, sent, type Field, type Filled, type Form } from '@/shared/flows/form';
import { Refused } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { Item } from './Item';
import { wayOf, type Doc, type FieldText, type StepText, type Words } from './labels';
import { Picture } from './Picture';

type Tried = Schema<'FlowTried'>;

interface Props {
  doc: Doc;
  words: Words | undefined;
  text: () => Promise<string>;
  /** Keeps what was tried as an example; absent where nothing may be written. */
  onExample?: (example: Doc['example'][number]) => void;
}

/** Kinds that are taken from an example and not typed here. */
const KEPT = ['rows', 'attachment'];

const fieldOf = (field: FieldText, lang: string): Field => {
  const title = (words: { zh: string; en: string }) => (lang === 'en' ? words.en : words.zh);
  return {
    ...field,
    title: title(field) || field.id,
    help: lang === 'en' ? field.help_en : field.help_zh,
    options: field.options.map((option) => ({ id: option.id, title: title(option) || option.id })),
    columns: field.columns.map((column) => fieldOf(column, lang)),
  };
};

/** Whom a step asks, as examples write it. */
function pathOf(step: StepText): string {
  const labels = step.approvers.map((rule) => {
    const [way, named] = wayOf(rule);
    return { role: named, subject_role: named, superiors: `..${named}`, person: `@${named}`, chosen: `#${named}`, starter: 'starter' }[way];
  });
  return labels.join(step.kind === 'all' ? '+' : '|');
}

/** Who decides on a way, step by step. */
export const pathAlong = (doc: Doc, way: readonly string[]): string[] =>
  doc.step.filter((step) => way.includes(step.id) && step.kind !== 'notify' && step.kind !== 'execute').map(pathOf);

export function TryOut({ doc, words, text, onExample }: Props) {
  const t = useT('flowDesign');
  const lang = useLang();
  const fields = doc.field.filter((field) => field.at === null).map((field) => fieldOf(field, lang));
  const typed = fields.filter((field) => !KEPT.includes(field.kind));
  const [base, setBase] = useState<Form>({});
  const [filled, setFilled] = useState<Filled>({});
  const [tried, setTried] = useState<Tried>();
  const [refused, setRefused] = useState<unknown>();
  const form = (): Form => {
    const kept = Object.entries(base).filter(([id]) => fields.some((field) => field.id === id && KEPT.includes(field.kind)));
    return { ...Object.fromEntries(kept), ...sent(typed, filled) };
  };
  const choose = (at: number) => {
    const example = doc.example[at]!;
    setBase(example.form);
    setFilled(fill(typed, example.form));
    setTried(undefined);
  };
  const run = async () => {
    setRefused(undefined);
    try {
      setTried(await answer(http.POST('/api/v1/flow-definitions/try', { body: { text: await text(), form: form() } })));
    } catch (error) {
      setTried(undefined);
      setRefused(error);
    }
  };
  if (fields.length === 0) return <EmptyBox title={t('noFields')} />;
  const way = tried?.way.map((step) => step.step) ?? [];
  return (
    <>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('tryHelp')}
      </p>
      <div className="design-items">
        {doc.example.length > 0 && (
          <Item label={t('fromExample')} wide>
            <Select<number>
              aria-label={t('fromExample')}
              options={doc.example.map((example, at) => ({
                value: at,
                label: (lang === 'en' ? example.en : example.zh) || String(at + 1),
              }))}
              onChange={choose}
            />
          </Item>
        )}
        {typed.map((field) => (
          <Control
            key={field.id}
            field={field}
            value={filled[field.id]}
            onChange={(value) => setFilled({ ...filled, [field.id]: value })}
          />
        ))}
      </div>
      <Button type="primary" style={{ marginTop: 8 }} onClick={() => void run()}>
        {t('try')}
      </Button>
      {refused !== undefined && <Refused error={refused} />}
      {tried && (
        <section aria-label={t('tried')} aria-live="polite" style={{ marginTop: 12 }}>
          {tried.barred && <Alert type="error" showIcon title={t('barredBy', { why: tried.barred })} style={{ marginBottom: 8 }} />}
          {tried.wrong.length > 0 && (
            <Alert
              type="warning"
              showIcon
              style={{ marginBottom: 8 }}
              title={t('lacks', { count: tried.wrong.length })}
              description={tried.wrong.map((one) => (
                <div key={one.field}>{one.why}</div>
              ))}
            />
          )}
          <PlainTable label={t('tried')} heads={[t('step'), t('who'), { num: t('dueWorkingDays') }]}>
            <tbody>
              {tried.way.map((step) => (
                <tr key={step.step}>
                  <th scope="row">{step.title}</th>
                  <td>{step.who.join(step.kind === 'all' ? t('and') : t('or'))}</td>
                  <td className="num">{step.due_days ?? '—'}</td>
                </tr>
              ))}
            </tbody>
          </PlainTable>
          <Picture doc={doc} words={words} taken={way} />
          {onExample && tried.wrong.length === 0 && (
            <Space>
              <Button
                onClick={() =>
                  onExample({
                    zh: t('exampleName', { number: doc.example.length + 1 }),
                    en: `Example ${doc.example.length + 1}`,
                    form: form(),
                    path: pathAlong(doc, way),
                    barred: tried.barred !== null,
                  })
                }
              >
                {t('asExample')}
              </Button>
            </Space>
          )}
        </section>
      )}
    </>
  );
}

function Control({ field, value, onChange }: { field: Field; value: unknown; onChange: (value: unknown) => void }) {
  const t = useT('flowDesign');
  const tc = useT('common');
  const label = field.required ? t('mustFeed', { name: field.title }) : field.title;
  if (field.kind === 'choice' || field.kind === 'yes_no') {
    const yesNo = [
      { value: 'yes', label: tc('yes') },
      { value: 'no', label: tc('no') },
    ];
    const options = field.kind === 'choice' ? field.options.map((option) => ({ value: option.id, label: option.title })) : yesNo;
    const shown = field.kind === 'choice' ? value : value === undefined ? undefined : value === true ? 'yes' : 'no';
    return (
      <Item label={label}>
        <Select<string>
          aria-label={label}
          allowClear
          value={typeof shown === 'string' && shown !== '' ? shown : undefined}
          options={options}
          onChange={(chosen: string | undefined) => onChange(field.kind === 'choice' || chosen === undefined ? chosen : chosen === 'yes')}
        />
      </Item>
    );
  }
  const help =
    field.kind === 'money' ? t('inYuan') : field.kind === 'date' ? t('asDay') : field.kind === 'month' ? t('asMonth') : undefined;
  return (
    <Item label={label}>
      <Input
        aria-label={label}
        placeholder={help}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.target.value)}
      />
    </Item>
  );
}

// Red lines, what a flow brings about, and its examples.
import { Button, Input, Space } from 'antd';
import { useT } from '@/i18n';
import { PlainTable } from '@/shared/ui/PlainTable';
import { ChoiceItem } from './Item';
import type { Doc, Words } from './labels';

interface Props {
  doc: Doc;
  readOnly: boolean;
  onChange: (patch: Partial<Doc>) => void;
}

/** What makes agreeing impossible. */
export function BarsForm({ doc, readOnly, onChange }: Props) {
  const t = useT('flowDesign');
  const bars = doc.bar;
  const set = (at: number, patch: Partial<(typeof bars)[number]>) =>
    onChange({ bar: bars.map((bar, index) => (index === at ? { ...bar, ...patch } : bar)) });
  return (
    <>
      {bars.length > 0 && (
        <PlainTable label={t('bars')} heads={[t('when'), t('nameZh'), t('nameEn'), { acts: t('acts') }]}>
          <tbody>
            {bars.map((bar, at) => (
              <tr key={at}>
                {(['when', 'zh', 'en'] as const).map((part) => (
                  <td key={part}>
                    <Input
                      size="small"
                      aria-label={t('cell', {
                        row: at + 1,
                        column: part === 'when' ? t('when') : part === 'zh' ? t('nameZh') : t('nameEn'),
                      })}
                      value={bar[part]}
                      disabled={readOnly}
                      onChange={(event) => set(at, { ...bar, [part]: event.target.value })}
                    />
                  </td>
                ))}
                <td>
                  {!readOnly && (
                    <Button type="link" size="small" onClick={() => onChange({ bar: bars.filter((_, index) => index !== at) })}>
                      {t('remove', { row: at + 1 })}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
      {!readOnly && <Button onClick={() => onChange({ bar: [...bars, { when: '', zh: '', en: '' }] })}>{t('addBar')}</Button>}
    </>
  );
}

/** What it brings about once approved, and the field for each argument. */
export function EffectForm({ doc, words, readOnly, onChange }: Props & { words: Words | undefined }) {
  const t = useT('flowDesign');
  const effect = doc.effect;
  const kind = words?.effects.find((one) => one.kind === effect?.kind);
  const fields = doc.field.map((field) => ({ value: field.id, label: field.zh || field.id }));
  const feed = (argument: string, field: string | null) => {
    if (!effect) return;
    const rest = Object.fromEntries(Object.entries(effect.fields).filter(([name]) => name !== argument));
    onChange({ effect: { ...effect, fields: field ? { ...rest, [argument]: field } : rest } });
  };
  return (
    <div className="design-items">
      <ChoiceItem
        label={t('effect')}
        value={effect?.kind ?? null}
        options={(words?.effects ?? []).map((one) => ({ value: one.kind, label: one.kind }))}
        clear
        disabled={readOnly}
        onChange={(next) => onChange({ effect: next ? { kind: next, after: effect?.after ?? null, fields: {} } : null })}
      />
      {effect && (
        <ChoiceItem
          label={t('effectAfter')}
          value={effect.after ?? 'approved'}
          options={[
            { value: 'approved', label: t('afterApproved') },
            { value: 'done', label: t('afterDone') },
          ]}
          disabled={readOnly}
          onChange={(after) => onChange({ effect: { ...effect, after } })}
        />
      )}
      {effect &&
        kind?.arguments.map((argument) => (
          <ChoiceItem
            key={argument.name}
            label={argument.required ? t('mustFeed', { name: argument.name }) : argument.name}
            value={effect.fields[argument.name] ?? null}
            options={fields}
            clear
            disabled={readOnly}
            onChange={(field) => feed(argument.name, field)}
          />
        ))}
    </div>
  );
}

/** The examples by name; what they say is run beside the form. */
export function ExamplesForm({ doc, readOnly, onChange }: Props) {
  const t = useT('flowDesign');
  const examples = doc.example;
  const set = (at: number, patch: Partial<(typeof examples)[number]>) =>
    onChange({ example: examples.map((one, index) => (index === at ? { ...one, ...patch } : one)) });
  return (
    <>
      <p className="muted">{t('examplesHelp')}</p>
      {examples.map((example, at) => (
        <Space key={at} wrap size={4}>
          <Input
            aria-label={t('cell', { row: at + 1, column: t('nameZh') })}
            value={example.zh}
            disabled={readOnly}
            onChange={(event) => set(at, { zh: event.target.value })}
          />
          <Input
            aria-label={t('cell', { row: at + 1, column: t('nameEn') })}
            value={example.en}
            disabled={readOnly}
            onChange={(event) => set(at, { en: event.target.value })}
          />
          <span className="muted">{example.path.join(' → ')}</span>
          {!readOnly && (
            <Button type="link" size="small" onClick={() => onChange({ example: examples.filter((_, index) => index !== at) })}>
              {t('remove', { row: at + 1 })}
            </Button>
          )}
        </Space>
      ))}
    </>
  );
}

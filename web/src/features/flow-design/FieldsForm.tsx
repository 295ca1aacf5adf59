// The fields of a form as a grid; what is rarer about one is in its drawer.
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, SettingOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { useLabel, useT } from '@/i18n';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ChoiceItem, Item, NumberItem, TextItem } from './Item';
import { FIELD_KINDS, freeId, moved, newField, orNull, type Doc, type FieldText } from './labels';

interface Props {
  doc: Doc;
  readOnly: boolean;
  onChange: (fields: FieldText[]) => void;
}

export function FieldsForm({ doc, readOnly, onChange }: Props) {
  const t = useT('flowDesign');
  const fields = doc.field;
  const [opened, setOpened] = useState<number>();
  const set = (at: number, patch: Partial<FieldText>) =>
    onChange(fields.map((field, index) => (index === at ? { ...field, ...patch } : field)));
  const one = opened === undefined ? undefined : fields[opened];
  return (
    <>
      {fields.length === 0 && <EmptyBox title={t('noFields')} />}
      {fields.length > 0 && <Grid {...{ fields, readOnly, set, onChange }} onOpen={setOpened} />}
      {!readOnly && (
        <Button style={{ marginTop: 8 }} onClick={() => onChange([...fields, newField(freeId('field', fields))])}>
          {t('addField')}
        </Button>
      )}
      <DetailDrawer open={one !== undefined} title={one?.zh || one?.id || ''} onClose={() => setOpened(undefined)}>
        {one && <One field={one} steps={doc.step} readOnly={readOnly} onChange={(patch) => set(opened!, patch)} />}
      </DetailDrawer>
    </>
  );
}

interface GridProps {
  fields: FieldText[];
  readOnly: boolean;
  set: (at: number, patch: Partial<FieldText>) => void;
  onChange: (fields: FieldText[]) => void;
  onOpen: (at: number) => void;
}

function Grid({ fields, readOnly, set, onChange, onOpen }: GridProps) {
  const t = useT('flowDesign');
  const label = useLabel('flowDesign');
  const kinds = FIELD_KINDS.map((kind) => ({ value: kind, label: label('fieldKinds', kind) }));
  const cell = (row: number, column: string) => t('cell', { row: row + 1, column });
  return (
    <PlainTable label={t('fields')} heads={[t('code'), t('nameZh'), t('nameEn'), t('kind'), t('required'), { acts: t('acts') }]}>
      <tbody>
        {fields.map((field, at) => (
          // Ids change as they are typed, so a row is known by its place.
          <tr key={at}>
            {(['id', 'zh', 'en'] as const).map((part) => (
              <td key={part}>
                <Input
                  size="small"
                  aria-label={cell(at, part === 'id' ? t('code') : part === 'zh' ? t('nameZh') : t('nameEn'))}
                  value={field[part]}
                  disabled={readOnly}
                  onChange={(event) => onChange(fields.map((one, index) => (index === at ? { ...one, [part]: event.target.value } : one)))}
                />
              </td>
            ))}
            <td>
              <Select<string>
                size="small"
                aria-label={cell(at, t('kind'))}
                value={field.kind}
                options={kinds}
                disabled={readOnly}
                style={{ minWidth: 96 }}
                onChange={(kind) => set(at, { kind })}
              />
            </td>
            <td>
              <Checkbox
                aria-label={cell(at, t('required'))}
                checked={field.required}
                disabled={readOnly}
                onChange={(event) => set(at, { required: event.target.checked })}
              />
            </td>
            <td>
              <Space size={0}>
                <Button
                  type="text"
                  size="small"
                  icon={<SettingOutlined />}
                  aria-label={t('moreOf', { row: at + 1 })}
                  onClick={() => onOpen(at)}
                />
                {!readOnly && (
                  <Moves
                    at={at}
                    count={fields.length}
                    onMove={(to) => onChange(moved(fields, at, to))}
                    onRemove={() => onChange(fields.filter((_, index) => index !== at))}
                  />
                )}
              </Space>
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface MovesProps {
  at: number;
  count: number;
  onMove: (to: number) => void;
  onRemove: () => void;
}

/** Up, down and away, of a row. */
export function Moves({ at, count, onMove, onRemove }: MovesProps) {
  const t = useT('flowDesign');
  const row = at + 1;
  return (
    <>
      <Button
        type="text"
        size="small"
        icon={<ArrowUpOutlined />}
        aria-label={t('up', { row })}
        disabled={at === 0}
        onClick={() => onMove(at - 1)}
      />
      <Button
        type="text"
        size="small"
        icon={<ArrowDownOutlined />}
        aria-label={t('down', { row })}
        disabled={at === count - 1}
        onClick={() => onMove(at + 1)}
      />
      <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('remove', { row })} onClick={onRemove} />
    </>
  );
}

interface OneProps {
  field: FieldText;
  steps: Doc['step'];
  readOnly: boolean;
  onChange: (patch: Partial<FieldText>) => void;
}

/** What is rarer about a field: help, bounds, when it shows, who fills it in, what there is to choose. */
function One({ field, steps, readOnly, onChange }: OneProps) {
  const t = useT('flowDesign');
  const disabled = readOnly;
  const fills = steps.filter((step) => step.kind !== 'notify').map((step) => ({ value: step.id, label: step.zh || step.id }));
  return (
    <div className="design-items">
      <TextItem label={t('helpZh')} value={field.help_zh} wide disabled={disabled} onChange={(now) => onChange({ help_zh: now })} />
      <TextItem label={t('helpEn')} value={field.help_en} wide disabled={disabled} onChange={(now) => onChange({ help_en: now })} />
      <NumberItem label={t('least')} value={field.min} disabled={disabled} onChange={(min) => onChange({ min })} />
      <NumberItem label={t('most')} value={field.max} disabled={disabled} onChange={(max) => onChange({ max })} />
      <TextItem
        label={t('visibleIf')}
        value={field.visible_if ?? ''}
        wide
        disabled={disabled}
        onChange={(now) => onChange({ visible_if: orNull(now) })}
      />
      <ChoiceItem label={t('filledAt')} value={field.at} options={fills} clear disabled={disabled} onChange={(at) => onChange({ at })} />
      <Checkbox checked={field.supplement} disabled={disabled} onChange={(event) => onChange({ supplement: event.target.checked })}>
        {t('supplement')}
      </Checkbox>
      {field.kind === 'choice' && <Options field={field} readOnly={readOnly} onChange={onChange} />}
      {field.kind === 'rows' && <p className="muted wide">{t('columnsInText', { count: field.columns.length })}</p>}
    </div>
  );
}

const line = (option: FieldText['options'][number]) => [option.id, option.zh, option.en].join(' | ');

/** One option a line: code, Chinese, English. */
function Options({ field, readOnly, onChange }: Omit<OneProps, 'steps'>) {
  const t = useT('flowDesign');
  const [typed, setTyped] = useState(() => field.options.map(line).join('\n'));
  const take = (text: string) => {
    setTyped(text);
    const parts = text.split('\n').filter((words) => words.trim() !== '');
    const options = parts.map((words) => {
      const [id = '', zh = '', en = ''] = words.split('|').map((word) => word.trim());
      return { id, zh: zh || id, en: en || zh || id };
    });
    onChange({ options });
  };
  return (
    <Item label={t('options')} wide>
      <Input.TextArea
        aria-label={t('options')}
        autoSize={{ minRows: 3, maxRows: 12 }}
        value={typed}
        disabled={readOnly}
        onChange={(event) => take(event.target.value)}
      />
    </Item>
  );
}

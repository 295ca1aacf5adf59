// What a flow is: its names, who may start it, what it is about.
import { Checkbox } from 'antd';
import { useLabel, useT } from '@/i18n';
import { ChoiceItem, NumberItem, SeveralItem, TextItem } from './Item';
import type { Doc, Words } from './labels';

interface Props {
  doc: Doc;
  words: Words | undefined;
  readOnly: boolean;
  onChange: (patch: Partial<Doc>) => void;
}

export function HeadForm({ doc, words, readOnly, onChange }: Props) {
  const t = useT('flowDesign');
  const label = useLabel('flows');
  const subjects = doc.field.filter((field) => field.kind === 'partner' || field.kind === 'outlet');
  const fields = doc.field.map((field) => ({ value: field.id, label: field.zh || field.id }));
  const starters = (words?.roles ?? []).filter((role) => role.starts).map((role) => ({ value: role.id, label: role.title }));
  const disabled = readOnly;
  return (
    <div className="design-items">
      <TextItem label={t('code')} value={doc.id} disabled={disabled} onChange={(id) => onChange({ id })} />
      <NumberItem
        label={t('version')}
        value={doc.version}
        min={1}
        disabled={disabled}
        onChange={(now) => onChange({ version: now ?? 1 })}
      />
      <TextItem label={t('nameZh')} value={doc.zh} disabled={disabled} onChange={(zh) => onChange({ zh })} />
      <TextItem label={t('nameEn')} value={doc.en} disabled={disabled} onChange={(en) => onChange({ en })} />
      <TextItem label={t('aboutZh')} value={doc.about_zh} wide disabled={disabled} onChange={(now) => onChange({ about_zh: now })} />
      <TextItem label={t('aboutEn')} value={doc.about_en} wide disabled={disabled} onChange={(now) => onChange({ about_en: now })} />
      <ChoiceItem
        label={t('group')}
        value={doc.group}
        options={(words?.groups ?? []).map((group) => ({ value: group, label: label('groups', group) }))}
        disabled={disabled}
        onChange={(group) => onChange({ group: group ?? '' })}
      />
      <TextItem label={t('prefix')} value={doc.number} disabled={disabled} onChange={(number) => onChange({ number })} />
      <SeveralItem
        label={t('starters')}
        value={doc.starters}
        options={starters}
        disabled={disabled}
        onChange={(now) => onChange({ starters: now })}
      />
      <ChoiceItem
        label={t('subject')}
        value={doc.subject}
        options={subjects.map((field) => ({ value: field.id, label: field.zh || field.id }))}
        clear
        disabled={disabled}
        onChange={(subject) => onChange({ subject })}
      />
      <NumberItem
        label={t('expiresDays')}
        value={doc.expires_days}
        min={1}
        disabled={disabled}
        onChange={(now) => onChange({ expires_days: now })}
      />
      <SeveralItem
        label={t('unique')}
        value={doc.unique}
        options={fields}
        disabled={disabled}
        onChange={(unique) => onChange({ unique })}
      />
      <NumberItem
        label={t('uniqueDays')}
        value={doc.unique_days}
        min={1}
        disabled={disabled}
        onChange={(now) => onChange({ unique_days: now })}
      />
      <Checkbox checked={doc.skip_repeats} disabled={disabled} onChange={(event) => onChange({ skip_repeats: event.target.checked })}>
        {t('skipRepeats')}
      </Checkbox>
    </div>
  );
}

// The steps of a flow one below the other: who decides, how long it takes, where it goes on. They change places by drag or by button.
import { HolderOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { useLabel, useT } from '@/i18n';
import { Moves } from './FieldsForm';
import { ChoiceItem, Item, NumberItem, SeveralItem, TextItem, type Option } from './Item';
import {
  freeId,
  moved,
  newStep,
  orNull,
  ruleOf,
  STEP_KINDS,
  wayOf,
  WAYS,
  type ApproverText,
  type Doc,
  type StepText,
  type WayOf,
  type Words,
} from './labels';

interface Props {
  doc: Doc;
  words: Words | undefined;
  readOnly: boolean;
  onChange: (steps: StepText[]) => void;
}

export function StepsForm({ doc, words, readOnly, onChange }: Props) {
  const t = useT('flowDesign');
  const steps = doc.step;
  const [lifted, setLifted] = useState<number>();
  const set = (at: number, patch: Partial<StepText>) => onChange(steps.map((step, index) => (index === at ? { ...step, ...patch } : step)));
  return (
    <>
      <ol className="design-steps" aria-label={t('steps')}>
        {steps.map((step, at) => (
          // Whoever uses keys has the buttons of the step; dragging is another way.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
          <li
            key={at}
            className={lifted === at ? 'lifted' : undefined}
            onDragOver={(event) => lifted !== undefined && event.preventDefault()}
            onDrop={() => {
              if (lifted !== undefined) onChange(moved(steps, lifted, at));
              setLifted(undefined);
            }}
          >
            <div className="design-step-head">
              {!readOnly && (
                <span
                  className="handle"
                  draggable
                  aria-hidden="true"
                  title={t('drag')}
                  onDragStart={(event) => {
                    event.dataTransfer.effectAllowed = 'move';
                    event.dataTransfer.setData('text/plain', step.id);
                    setLifted(at);
                  }}
                  onDragEnd={() => setLifted(undefined)}
                >
                  <HolderOutlined />
                </span>
              )}
              <strong>{`${at + 1}. ${step.zh || step.id}`}</strong>
              <span className="grow" />
              {!readOnly && (
                <Moves
                  at={at}
                  count={steps.length}
                  onMove={(to) => onChange(moved(steps, at, to))}
                  onRemove={() => onChange(steps.filter((_, index) => index !== at))}
                />
              )}
            </div>
            <One step={step} at={at} doc={doc} words={words} readOnly={readOnly} onChange={(patch) => set(at, patch)} />
          </li>
        ))}
      </ol>
      {!readOnly && <Button onClick={() => onChange([...steps, newStep(freeId('step', steps))])}>{t('addStep')}</Button>}
    </>
  );
}

interface OneProps {
  step: StepText;
  at: number;
  doc: Doc;
  words: Words | undefined;
  readOnly: boolean;
  onChange: (patch: Partial<StepText>) => void;
}

function One({ step, at, doc, words, readOnly, onChange }: OneProps) {
  const t = useT('flowDesign');
  const label = useLabel('flowDesign');
  const disabled = readOnly;
  const deciders = (words?.roles ?? []).filter((role) => role.decides).map((role) => ({ value: role.id, label: role.title }));
  const fields = doc.field.map((field) => ({ value: field.id, label: field.zh || field.id }));
  const later = doc.step.slice(at + 1).map((other) => ({ value: other.id, label: other.zh || other.id }));
  const targets = [...later, { value: 'end', label: t('end') }];
  const kinds = STEP_KINDS.map((kind) => ({ value: kind as string, label: label('kinds', kind) }));
  const escalate = step.escalate;
  return (
    <div className="design-items" role="group" aria-label={t('stepOf', { number: at + 1, name: step.zh || step.id })}>
      <TextItem label={t('code')} value={step.id} disabled={disabled} onChange={(id) => onChange({ id })} />
      <ChoiceItem
        label={t('stepKind')}
        value={step.kind}
        options={kinds}
        disabled={disabled}
        onChange={(kind) => onChange({ kind: kind ?? 'approve' })}
      />
      <TextItem label={t('nameZh')} value={step.zh} disabled={disabled} onChange={(zh) => onChange({ zh })} />
      <TextItem label={t('nameEn')} value={step.en} disabled={disabled} onChange={(en) => onChange({ en })} />
      <Rules step={step} doc={doc} deciders={deciders} readOnly={readOnly} onChange={(approvers) => onChange({ approvers })} />
      <NumberItem
        label={t('dueWorkingDays')}
        value={step.due_days}
        min={1}
        disabled={disabled}
        onChange={(now) => onChange({ due_days: now })}
      />
      <ChoiceItem
        label={t('escalateTo')}
        value={escalate?.role ?? null}
        options={deciders}
        clear
        disabled={disabled}
        onChange={(role) => onChange({ escalate: role ? { role, after_days: escalate?.after_days ?? 1 } : null })}
      />
      {escalate && (
        <NumberItem
          label={t('escalateAfter')}
          value={escalate.after_days}
          min={1}
          disabled={disabled}
          onChange={(days) => onChange({ escalate: { ...escalate, after_days: days ?? 1 } })}
        />
      )}
      <TextItem label={t('when')} value={step.when ?? ''} wide disabled={disabled} onChange={(now) => onChange({ when: orNull(now) })} />
      <SeveralItem
        label={t('editable')}
        value={step.editable}
        options={fields}
        disabled={disabled}
        onChange={(editable) => onChange({ editable })}
      />
      <Branches step={step} targets={targets} readOnly={readOnly} onChange={onChange} />
      <Checkbox checked={step.signature} disabled={disabled} onChange={(event) => onChange({ signature: event.target.checked })}>
        {t('signature')}
      </Checkbox>
    </div>
  );
}

interface RulesProps {
  step: StepText;
  doc: Doc;
  deciders: Option[];
  readOnly: boolean;
  onChange: (rules: ApproverText[]) => void;
}

/** How the people of a step are found. */
function Rules({ step, doc, deciders, readOnly, onChange }: RulesProps) {
  const t = useT('flowDesign');
  const label = useLabel('flowDesign');
  const rules = step.approvers;
  const set = (at: number, rule: ApproverText) => onChange(rules.map((one, index) => (index === at ? rule : one)));
  const people = doc.field.filter((field) => field.kind === 'person').map((field) => ({ value: field.id, label: field.zh || field.id }));
  const ways = WAYS.map((way) => ({ value: way, label: label('ways', way) }));
  return (
    <Item label={t('who')} wide>
      {rules.map((rule, at) => {
        const [way, named] = wayOf(rule);
        const names = t('whoNamed', { row: at + 1 });
        const choices = way === 'chosen' ? people : deciders;
        return (
          <Space key={at} wrap size={4}>
            <Select<WayOf>
              aria-label={t('whoWay', { row: at + 1 })}
              value={way}
              options={ways}
              disabled={readOnly}
              style={{ minWidth: 150 }}
              onChange={(next) => set(at, ruleOf(next, ''))}
            />
            {way === 'person' && (
              <Input
                aria-label={names}
                value={named}
                disabled={readOnly}
                onChange={(event) => set(at, ruleOf('person', event.target.value))}
              />
            )}
            {way !== 'person' && way !== 'starter' && (
              <Select<string>
                aria-label={names}
                value={named || undefined}
                options={choices}
                disabled={readOnly}
                style={{ minWidth: 170 }}
                onChange={(next) => set(at, ruleOf(way, next))}
              />
            )}
            {!readOnly && rules.length > 1 && (
              <Button type="link" size="small" onClick={() => onChange(rules.filter((_, index) => index !== at))}>
                {t('removeRule')}
              </Button>
            )}
          </Space>
        );
      })}
      {!readOnly && step.kind !== 'approve' && (
        <div>
          <Button size="small" onClick={() => onChange([...rules, ruleOf('role', '')])}>
            {t('addRule')}
          </Button>
        </div>
      )}
    </Item>
  );
}

interface BranchProps {
  step: StepText;
  targets: Option[];
  readOnly: boolean;
  onChange: (patch: Partial<StepText>) => void;
}

/** Where a step goes on. */
function Branches({ step, targets, readOnly, onChange }: BranchProps) {
  const t = useT('flowDesign');
  const branches = step.branch;
  const set = (at: number, patch: Partial<(typeof branches)[number]>) =>
    onChange({ branch: branches.map((one, index) => (index === at ? { ...one, ...patch } : one)) });
  return (
    <Item label={t('goesOn')} wide>
      {branches.map((branch, at) => (
        <Space key={at} wrap size={4}>
          <Input
            aria-label={t('branchWhen', { row: at + 1 })}
            placeholder={t('branchHelp')}
            value={branch.when}
            disabled={readOnly}
            style={{ minWidth: 220 }}
            onChange={(event) => set(at, { when: event.target.value })}
          />
          <Select<string>
            aria-label={t('branchTo', { row: at + 1 })}
            value={branch.to || undefined}
            options={targets}
            disabled={readOnly}
            style={{ minWidth: 140 }}
            onChange={(to) => set(at, { to })}
          />
          {!readOnly && (
            <Button type="link" size="small" onClick={() => onChange({ branch: branches.filter((_, index) => index !== at) })}>
              {t('removeBranch')}
            </Button>
          )}
        </Space>
      ))}
      <Space wrap size={4}>
        {(branches.length > 0 || step.otherwise) && (
          <Select<string>
            aria-label={t('otherwise')}
            placeholder={t('otherwise')}
            value={step.otherwise || undefined}
            options={targets}
            allowClear
            disabled={readOnly}
            style={{ minWidth: 170 }}
            onChange={(to: string | undefined) => onChange({ otherwise: to ?? null })}
          />
        )}
        {!readOnly && (
          <Button
            size="small"
            onClick={() =>
              onChange({ branch: [...branches, { when: '', to: targets[0]!.value }], otherwise: step.otherwise ?? targets[0]!.value })
            }
          >
            {t('addBranch')}
          </Button>
        )}
        {branches.length === 0 && !step.otherwise && <span className="muted">{t('goesNext')}</span>}
      </Space>
    </Item>
  );
}

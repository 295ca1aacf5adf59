import { Tabs } from 'antd';
import { useT } from '@/i18n';
import { useUrl } from '@/shared/url';
import { FieldsForm } from './FieldsForm';
import { HeadForm } from './HeadForm';
import type { Doc, Words } from './labels';
import { BarsForm, EffectForm, ExamplesForm } from './RestForm';
import { StepsForm } from './StepsForm';

interface Props {
  doc: Doc;
  words: Words | undefined;
  readOnly: boolean;
  onChange: (patch: Partial<Doc>) => void;
}

/** The document as forms: what it is, fields, steps, red lines, effect, examples. */
export function FormView({ doc, words, readOnly, onChange }: Props) {
  const t = useT('flowDesign');
  const [url, change] = useUrl();
  const common = { doc, readOnly, onChange };
  return (
    <Tabs
      size="small"
      destroyOnHidden
      activeKey={url.part ?? 'steps'}
      onChange={(part) => change({ part }, { replace: true })}
      items={[
        { key: 'head', label: t('part.head'), children: <HeadForm {...common} words={words} /> },
        {
          key: 'fields',
          label: t('part.fields'),
          children: <FieldsForm doc={doc} readOnly={readOnly} onChange={(field) => onChange({ field })} />,
        },
        {
          key: 'steps',
          label: t('part.steps'),
          children: <StepsForm doc={doc} words={words} readOnly={readOnly} onChange={(step) => onChange({ step })} />,
        },
        { key: 'bars', label: t('part.bars'), children: <BarsForm {...common} /> },
        { key: 'effect', label: t('part.effect'), children: <EffectForm {...common} words={words} /> },
        { key: 'examples', label: t('part.examples'), children: <ExamplesForm {...common} /> },
      ]}
    />
  );
}

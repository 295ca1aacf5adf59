import { Button, Select, Space } from 'antd';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { useWords } from '@/shared/words';
import { usePurposes, useSetup } from './data';
import { share } from './parts';
import { scaled } from './said';

type Setup = Schema<'FieldSetup'>;
type Template = Setup['templates'][number];
type Item = Template['sections'][number]['items'][number];
type Fits = Template['fits'];

/** 检查表: what visits ask, what answers are worth, in which version. */
export default function ChecklistsPage() {
  const query = useSetup();
  return (
    <QueryState query={query} rows={12}>
      {(setup) => <Content setup={setup} />}
    </QueryState>
  );
}

function Content({ setup }: { setup: Setup }) {
  const t = useT('field');
  const common = useT('common');
  const [url, change] = useUrl();
  const chosen = setup.templates.find((one) => one.id === url.id) ?? setup.templates[0];
  return (
    <>
      <PageHead
        title={t('checklists')}
        actions={
          <Space wrap>
            <Select
              aria-label={t('checklist')}
              showSearch={{ optionFilterProp: 'label' }}
              style={{ minWidth: 260 }}
              value={chosen?.id ?? null}
              options={setup.templates.map((one) => ({ value: one.id, label: one.name }))}
              onChange={(id: string | null) => change({ id: id ?? undefined })}
            />
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <Block title={t('allChecklists')}>
        <List rows={setup.templates} chosen={chosen?.id} onPick={(id) => change({ id })} />
      </Block>
      {chosen && <OneTemplate template={chosen} />}
      <Block title={`${t('visitSteps')} ${t('versionOf', { version: setup.course_version })}`}>
        <ol className="turns">
          {setup.steps.map((step) => (
            <li key={step.id}>{step.name}</li>
          ))}
        </ol>
      </Block>
      <Block title={t('purposesAll')}>
        <PlainTable label={t('purposesAll')} heads={[{ num: t('order') }, t('purpose'), t('purposeResult')]}>
          <tbody>
            {setup.purposes.map((purpose) => (
              <tr key={purpose.id}>
                <td className="num">{purpose.no}</td>
                <th scope="row">{purpose.name}</th>
                <td>{purpose.outcome}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      </Block>
    </>
  );
}

function List({ rows, chosen, onPick }: { rows: Template[]; chosen: string | undefined; onPick: (id: string) => void }) {
  const t = useT('field');
  const heads = [t('checklist'), t('about'), { num: t('version') }, { num: t('items') }, { num: t('passMark') }];
  return (
    <PlainTable label={t('allChecklists')} heads={heads}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className={row.id === chosen ? 'current' : undefined}>
            <th scope="row">
              <Button
                type="link"
                style={{ padding: 0 }}
                aria-current={row.id === chosen ? 'true' : undefined}
                onClick={() => onPick(row.id)}
              >
                {row.name}
              </Button>{' '}
              {row.hidden && <StatusTag tone="warn">{t('hiddenOne')}</StatusTag>}
            </th>
            <td>{row.about}</td>
            <td className="num">{row.version}</td>
            <td className="num">{row.sections.reduce((all, section) => all + section.items.length, 0)}</td>
            <td className="num">{share(row.pass_mark)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** For which visits something is, in words. */
function useFits(): (fits: Fits) => string {
  const t = useT('field');
  const words = useWords();
  const purpose = usePurposes();
  return ({ outlet_types, sizes, purposes }) => {
    const parts = [outlet_types.map(words.label), sizes.map((size) => t('classOf', { class: size })), purposes.map(purpose)];
    return parts.flat().join(t('comma')) || t('everyVisit');
  };
}

function OneTemplate({ template }: { template: Template }) {
  const t = useT('field');
  const fits = useFits();
  const weighed = template.sections.some((section) => section.weight > 0);
  return (
    <>
      <Block title={template.name} extra={t('versionOf', { version: template.version })}>
        <p style={{ margin: 0 }}>{template.about}</p>
        <p className="muted" style={{ margin: '4px 0 0' }}>
          {t('fitsOf', { fits: fits(template.fits) })}
          {template.measures.length > 0 && ` · ${t('measuresOf', { names: template.measures.map((one) => one.name).join(t('comma')) })}`}
        </p>
      </Block>
      {template.sections.map((section) => (
        <Block
          key={section.id}
          title={section.name}
          extra={[
            weighed ? t('weightOf', { weight: section.weight }) : '',
            section.floor === null ? '' : t('floorOf', { floor: share(section.floor) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        >
          <Items rows={section.items} label={section.name} />
        </Block>
      ))}
    </>
  );
}

function Items({ rows, label: name }: { rows: Item[]; label: string }) {
  const t = useT('field');
  const label = useLabel('field');
  const fits = useFits();
  const marks = (item: Item) => [
    item.required ? t('required') : '',
    item.na ? t('mayBeAbsent') : '',
    item.veto ? t('veto') : '',
    item.photo ? t('needsPhoto') : '',
  ];
  return (
    <PlainTable
      label={name}
      heads={[t('item'), t('itemKind'), t('right'), { num: t('weight') }, { num: t('points') }, t('evidence'), t('rules')]}
    >
      <tbody>
        {rows.map((item) => (
          <tr key={item.id}>
            <th scope="row">{item.name}</th>
            <td>{label('itemKinds', item.kind)}</td>
            <td>
              <Right item={item} />
            </td>
            <td className="num">{item.weight || t('notScored')}</td>
            <td className="num">{item.points}</td>
            <td>{label('evidences', item.evidence)}</td>
            <td>
              {marks(item).filter(Boolean).join(t('comma'))}
              {item.variants.map((one, at) => (
                <div key={at} className="muted">
                  {[
                    fits(one.fits),
                    one.drop ? t('variantDrop') : '',
                    one.weight === null ? '' : t('weightOf', { weight: one.weight }),
                    one.required === null ? '' : t(one.required ? 'required' : 'optional'),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** What makes an answer right, and what it is worth. */
function Right({ item }: { item: Item }) {
  const t = useT('field');
  const number = (value: number) => (item.kind === 'price' ? yuan(value) : `${scaled(value, item.scale ?? 0)} ${item.unit ?? ''}`.trim());
  const said: string[] = [];
  if (item.good !== null) said.push(t(item.good ? 'yes' : 'no'));
  if (item.levels !== null) said.push(t('gradeFrom', { pass: item.pass ?? 0, levels: item.levels }));
  if (item.pass_min !== null) said.push(t('atLeastOf', { value: number(item.pass_min) }));
  if (item.pass_max !== null) said.push(t('atMostOf', { value: number(item.pass_max) }));
  said.push(...item.steps.map((step) => t('stepOf', { from: number(step.from), points: step.points })));
  said.push(...item.options.map((option) => t('optionOf', { name: option.name, points: option.points })));
  if (item.imei) said.push(t('imeiCheck'));
  return said.length === 0 ? '—' : said.map((words) => <div key={words}>{words}</div>);
}

import { Checkbox } from 'antd';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { Block } from '@/shared/ui/Block';
import { PlainTable } from '@/shared/ui/PlainTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useSetup } from './data';
import { share } from './parts';
import { PhotoButton } from './Photos';
import { answerWords, filesOf, measureWords } from './said';
import { VERDICT_TONES } from './tones';

type Whole = Schema<'VisitWhole'>;
type Sheet = Whole['sheets'][number];

interface Props {
  whole: Whole;
  onPhoto: (sha256: string) => void;
}

/** Every checklist of a visit, in the version it began under, with scores. */
export function Sheets({ whole, onPhoto }: Props) {
  return whole.sheets.map((sheet) => <OneSheet key={sheet.template} sheet={sheet} onPhoto={onPhoto} />);
}

function OneSheet({ sheet, onPhoto }: { sheet: Sheet; onPhoto: Props['onPhoto'] }) {
  const t = useT('field');
  const label = useLabel('field');
  const [wrong, setWrong] = useState(false);
  const rows = wrong ? sheet.answers.filter((row) => row.failed || row.open) : sheet.answers;
  return (
    <Block
      title={`${sheet.name} ${share(sheet.score)}`}
      extra={
        <>
          <StatusTag tone={VERDICT_TONES[sheet.verdict]}>{label('verdicts', sheet.verdict)}</StatusTag>{' '}
          <span className="muted">{t('versionOf', { version: sheet.version })}</span>{' '}
          <Checkbox className="no-print" checked={wrong} onChange={(event) => setWrong(event.target.checked)}>
            {t('onlyWrong')}
          </Checkbox>
        </>
      }
    >
      {sheet.sections.length > 1 && (
        <p className="muted" style={{ marginTop: 0 }}>
          {sheet.sections.map((section) => `${section.name} ${share(section.score)}`).join(t('comma'))}
        </p>
      )}
      {sheet.measures.length > 0 && (
        <p style={{ marginTop: 0 }}>{sheet.measures.map((one) => `${one.name} ${measureWords(one, t)}`).join(t('comma'))}</p>
      )}
      {rows.length === 0 ? <p className="muted">{t('allRight')}</p> : <Answers sheet={sheet} rows={rows} onPhoto={onPhoto} />}
    </Block>
  );
}

function Answers({ sheet, rows, onPhoto }: { sheet: Sheet; rows: Sheet['answers']; onPhoto: Props['onPhoto'] }) {
  const t = useT('field');
  const label = useLabel('field');
  const template = useSetup().data?.templates.find((one) => one.id === sheet.template && one.version === sheet.version);
  const item = (id: string) => template?.sections.flatMap((section) => section.items).find((one) => one.id === id);
  const section = (id: string) => sheet.sections.find((one) => one.id === id)?.name ?? id;
  return (
    <PlainTable label={sheet.name} heads={[t('item'), t('answered'), t('evidence'), t('remark'), t('correction')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.item}>
            <th scope="row">
              {row.name}
              <div className="muted">{section(row.section)}</div>
            </th>
            <td>
              {answerWords(row.answer, item(row.item), t, label)}{' '}
              {row.failed && <StatusTag tone={sheet.vetoed.includes(row.item) ? 'bad' : 'warn'}>{t('failed')}</StatusTag>}
              {row.open && <StatusTag tone="warn">{t('open')}</StatusTag>}
            </td>
            <td>{row.evidence ? label('evidences', row.evidence) : '—'}</td>
            <td>
              {row.note} <PhotoButton files={[...filesOf(row.answer), ...row.photos]} name={row.name} onOpen={onPhoto} />
            </td>
            <td>
              {row.fix && (
                <>
                  {[label('fixes', row.fix.act), row.fix.due_on, row.fix.note].filter(Boolean).join(' · ')}{' '}
                  <PhotoButton files={row.fix.after ? [row.fix.after] : []} name={row.name} onOpen={onPhoto} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

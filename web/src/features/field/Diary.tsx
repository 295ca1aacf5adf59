import { Link } from '@tanstack/react-router';
import { Alert, Form, Input } from 'antd';
import { http, ifMatch, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { clock, dateTime, instant } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { refresh } from './data';
import { Figures, OutletLink, share } from './parts';
import { DIARY_TONES } from './tones';

type Day = Schema<'DiaryDay'>;

/** How far a day is, in words. */
export function DiaryState({ state }: { state: string }) {
  const label = useLabel('field');
  return <StatusTag tone={DIARY_TONES[state]}>{label('diaryStates', state)}</StatusTag>;
}

/** A day as it wrote itself: figures, lines in the order of time, own words, the answer. */
export function DiaryView({ diary }: { diary: Day }) {
  const t = useT('field');
  const { visits, minutes, promises } = diary;
  return (
    <>
      <Figures
        rows={[
          [t('visitsCounted'), visits.counted],
          [t('visitsHeld'), visits.held],
          [t('visitsOpen'), visits.open],
          [t('keptOf'), `${diary.kept} / ${diary.planned}`],
          [t('inside'), minutes.inside],
          [t('between'), minutes.between],
          [t('keptRate'), share(promises.share)],
        ]}
      />
      <div style={{ height: 12 }} />
      <Block title={t('diaryLines')}>
        {diary.lines.length === 0 ? <EmptyBox title={t('noLines')} help={t('noLinesHelp')} /> : <Lines rows={diary.lines} />}
      </Block>
      {diary.note && (
        <Block title={t('ownWords')}>
          <p style={{ margin: 0, whiteSpace: 'pre-wrap' }}>{diary.note}</p>
        </Block>
      )}
      {diary.sent_us !== null && <p className="muted">{t('sentAt', { at: dateTime(instant(diary.sent_us)) })}</p>}
      {diary.answer && (
        <Alert
          type="success"
          showIcon
          title={t('answeredBy', { who: diary.answered_by_name || diary.answered_by })}
          description={<span style={{ whiteSpace: 'pre-wrap' }}>{diary.answer}</span>}
        />
      )}
    </>
  );
}

function Lines({ rows }: { rows: Day['lines'] }) {
  const t = useT('field');
  const label = useLabel('field');
  return (
    <PlainTable label={t('diaryLines')} heads={[t('time'), t('what'), t('outlet'), t('content')]}>
      <tbody>
        {rows.map((line) => (
          <tr key={`${line.what} ${line.record} ${line.at_us}`}>
            <td>{line.at_us === 0 ? t('wholeDay') : clock(instant(line.at_us))}</td>
            <td>{label('lineKinds', line.what)}</td>
            <td>{line.outlet ? <OutletLink code={line.outlet} name={line.outlet_name} /> : '—'}</td>
            <td>
              {line.what === 'visit' ? (
                <Link to="/field/visits/$id" params={{ id: line.record } as never}>
                  {line.text}
                </Link>
              ) : (
                line.text
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** A supervisor answers a day that was sent. */
export function AnswerDiary({
  diary,
  onClose,
}: {
  diary: Pick<Day, 'manager' | 'manager_name' | 'day' | 'version' | 'answer'>;
  onClose: () => void;
}) {
  const t = useT('field');
  return (
    <ActionDrawer<{ text: string }>
      open
      title={t('answerOf', { who: diary.manager_name, day: diary.day })}
      verb={t('answer')}
      done={t('answered')}
      initial={{ text: diary.answer }}
      onClose={onClose}
      onSubmit={async (body) => {
        const params = { path: { manager: diary.manager, day: diary.day }, header: ifMatch(diary.version) };
        await http.POST('/api/v1/field/diary/{manager}/{day}/answer', { params, body });
        await refresh();
      }}
    >
      <Form.Item name="text" label={t('answerText')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input.TextArea rows={4} maxLength={2000} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}

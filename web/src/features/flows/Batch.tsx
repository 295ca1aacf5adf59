import { Button, Form, Input, Modal } from 'antd';
import { useRef, useState } from 'react';
import { answer, http, onceHeader, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { keeper, refresh } from '@/shared/flows/acts';
import { TONES } from '@/shared/flows/states';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { StatusTag } from '@/shared/ui/StatusTag';

type Row = Schema<'ApplicationRow'>;
type Done = Schema<'DecisionDone'>;

/** Most applications the server decides at once. */
const MOST = 50;

interface Props {
  rows: Row[];
  agree: boolean;
  /** Some were decided on: they are no longer to be ticked. */
  onDecided: () => void;
  onClose: () => void;
}

/** One opinion on several applications; each is decided by itself, and what came of it is said row by row. */
export function Batch({ rows, agree, onDecided, onClose }: Props) {
  const t = useT('flows');
  const [key] = useState(keeper);
  const [results, setResults] = useState<Done[]>();
  // The drawer closes when it is done; what came of it stays on the screen.
  const decided = useRef(false);
  const name = agree ? 'agree' : 'reject';
  const decide = async ({ text = '' }: { text?: string }) => {
    const items = rows.map(({ id, version }) => ({ id, version }));
    const body = { agree, text: text.trim(), items };
    const header = onceHeader(key(body)) as { 'Idempotency-Key': string };
    const done = await answer(http.POST('/api/v1/applications/decisions', { params: { header }, body }));
    decided.current = true;
    setResults(done.items);
    await refresh();
  };
  if (results)
    return (
      <Results
        results={results}
        onClose={() => {
          onDecided();
          onClose();
        }}
      />
    );
  return (
    <ActionDrawer<{ text?: string }>
      open
      title={t(`batch.${name}`)}
      consequence={t(`batch.${name}Help`, { count: rows.length })}
      verb={t(`batch.${name}Verb`, { count: rows.length })}
      danger={!agree}
      blocked={rows.length > MOST ? t('batch.tooMany', { most: MOST }) : undefined}
      onSubmit={decide}
      onClose={() => decided.current || onClose()}
    >
      <ul className="plain-list">
        {rows.map((row) => (
          <li key={row.id}>
            {row.id} {row.flow_title} <span className="muted">{row.summary}</span>
          </li>
        ))}
      </ul>
      <Form.Item
        name="text"
        label={t('opinion')}
        rules={agree ? [] : [{ required: true, whitespace: true, min: 2, message: t('reasonMissing') }]}
      >
        <Input.TextArea rows={3} maxLength={1000} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}

function Results({ results, onClose }: { results: Done[]; onClose: () => void }) {
  const t = useT('flows');
  const label = useLabel('flows');
  const failed = results.filter((one) => !one.done).length;
  return (
    <Modal
      open
      width={720}
      title={t('batch.results', { done: results.length - failed, failed })}
      onCancel={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('batch.close')}
        </Button>
      }
    >
      <PlainTable label={t('batch.list')} maxHeight={420} heads={[t('number'), t('batch.result'), t('batch.why')]}>
        <tbody>
          {results.map((one) => (
            <tr key={one.id}>
              <th scope="row">{one.id}</th>
              <td>
                {one.done ? (
                  <StatusTag tone={TONES[one.state ?? '']}>{one.state ? label('states', one.state) : t('batch.done')}</StatusTag>
                ) : (
                  <StatusTag tone="bad">{t('batch.failed')}</StatusTag>
                )}
              </td>
              <td>{one.detail ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Modal>
  );
}

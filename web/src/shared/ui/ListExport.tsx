import { Modal, Progress } from 'antd';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useT } from '@/i18n';
import { saveCsv } from '@/shared/csv';
import type { Params } from '@/shared/url';
import { ErrorBox } from './QueryState';
import type { Column, Rows } from './ResourceTable';

/** Rows read at a time: the most the server gives. */
const PART = '500';

interface Props<Row extends object> {
  /** Name of the file. */
  name: string;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  load: (query: Params, signal: AbortSignal) => Promise<Rows<Row>>;
  /** The filter and order that are on. */
  query: Params;
  onEnd: () => void;
}

/** All rows of a list as a file, in the words of the screen: part after part is read, drawn out of sight and taken over as text. */
export default function ListExport<Row extends object>({ name, columns, rowKey, load, query, onEnd }: Props<Row>) {
  const t = useT('common');
  const [part, setPart] = useState<Rows<Row>>();
  const [failed, setFailed] = useState<unknown>();
  const [done, setDone] = useState(0);
  const lines = useRef<string[][]>([]);
  const body = useRef<HTMLTableSectionElement>(null);
  const stop = useRef(new AbortController());
  // Columns of buttons have no title and no place in a file.
  const told = columns.filter((column) => (column.label ?? column.title) !== '');
  const read = async (after: string | undefined) => {
    const { signal } = stop.current;
    setFailed(undefined);
    try {
      const next = await load({ ...query, limit: PART, ...(after === undefined ? {} : { after }) }, signal);
      if (!signal.aborted) setPart(next);
    } catch (error) {
      if (!signal.aborted) setFailed(error);
    }
  };
  const begin = useEffectEvent(() => void read(undefined));
  const take = useEffectEvent(() => {
    if (part === undefined || body.current === null) return;
    lines.current.push(...[...body.current.children].map((row) => [...row.children].map((at) => (at.textContent ?? '').trim())));
    setDone(lines.current.length);
    if (part.next) {
      void read(part.next);
      return;
    }
    saveCsv([told.map((column) => String(column.label ?? column.title)), ...lines.current], name);
    onEnd();
  });
  useEffect(() => {
    const controller = new AbortController();
    stop.current = controller;
    begin();
    return () => controller.abort();
  }, []);
  useEffect(() => take(), [part]);
  const total = part?.total ?? done;
  return (
    <>
      <Modal open title={t('table.exporting')} footer={null} onCancel={onEnd}>
        {failed === undefined ? (
          <>
            <Progress percent={total === 0 ? 0 : Math.min(100, Math.round((100 * done) / total))} />
            <p className="muted" aria-live="polite">
              {t('table.exported', { done, total })}
            </p>
          </>
        ) : (
          <ErrorBox error={failed} onRetry={() => void read(part?.next ?? undefined)} />
        )}
      </Modal>
      <table hidden>
        <tbody ref={body}>
          {part?.items.map((row, index) => (
            <tr key={rowKey(row)}>
              {told.map((column) => (
                <td key={column.key}>{cellOf(column, row, index)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** What a table draws in a cell. */
function cellOf<Row extends object>(column: Column<Row>, row: Row, index: number): React.ReactNode {
  const value = typeof column.dataIndex === 'string' ? (row as Record<string, unknown>)[column.dataIndex] : undefined;
  return (column.render ? column.render(value, row, index) : value) as React.ReactNode;
}

import { answer, http, type Schema } from '@/api/client';
import { ExportButton as Exporting } from '@/shared/ui/ExportButton';
import type { Question } from './ask';

/** Writes all rows of what is shown to a file: the answer to a question, or the business behind a figure. */
export function ExportButton(props: { name: string } & ({ question: Question } | { rows: Schema<'RowsQuery'> })) {
  const { name } = props;
  const begin = (format: 'xlsx' | 'csv') =>
    'rows' in props
      ? answer(http.POST('/api/v1/exports/rows', { body: { rows: props.rows, format, name } }))
      : answer(http.POST('/api/v1/exports', { body: { query: props.question, format, name } }));
  return <Exporting begin={begin} />;
}

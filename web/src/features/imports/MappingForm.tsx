import { Alert, App, Button, Select } from 'antd';
import { useState } from 'react';
import { api, http, ifMatch, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { Can } from '@/shared/permissions';
import { Refused } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';

const NONE = '-';

/** What the file's headers and kinds mean: proposed, and changed where the proposal is wrong. */
export function MappingForm({
  data,
  open,
  onDirty,
  onSaved,
}: {
  data: Schema<'UploadView'>;
  open: boolean;
  onDirty: (dirty: boolean) => void;
  onSaved: () => void;
}) {
  const t = useT('imports');
  const { message } = App.useApp();
  const tables = api.useQuery('get', '/api/v1/import-tables').data ?? [];
  const [table, setTable] = useState(data.table ?? undefined);
  const [columns, setColumns] = useState<Record<string, string>>({});
  const [kinds, setKinds] = useState<Record<string, string>>(data.kinds);
  const [error, setError] = useState<unknown>();
  const known = tables.find((one) => one.table === table);
  const proposed = (header: Schema<'ImportHeader'>) => columns[header.header] ?? header.column ?? NONE;
  const touch = () => onDirty(true);
  const save = async () => {
    setError(undefined);
    // A header that means what it is called needs no entry; an empty one passes it over.
    const sent = Object.fromEntries(
      data.headers.filter((one) => one.header !== '').map((one) => [one.header, proposed(one) === NONE ? '' : proposed(one)]),
    );
    try {
      await http.PUT('/api/v1/uploads/{id}/mapping', {
        params: { path: { id: data.id } },
        headers: ifMatch(data.version),
        body: { table: table!, columns: sent, kinds },
      } as never);
      void message.success(t('mappingSaved'));
      onDirty(false);
      onSaved();
    } catch (refused) {
      setError(refused);
    }
  };
  const options = [
    { value: NONE, label: t('passOver') },
    ...(known?.columns ?? []).map((one) => ({ value: one.column, label: one.required ? `${one.title} · ${t('required')}` : one.title })),
  ];
  const titleOf = (column: string) => known?.columns.find((one) => one.column === column)?.title ?? column;
  return (
    <div style={{ display: 'grid', gap: 12 }}>
      {error !== undefined && <Refused error={error} />}
      <label style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
        {t('table')}
        <Select
          aria-label={t('table')}
          style={{ width: 220 }}
          disabled={!open}
          placeholder={t('chooseTable')}
          value={table}
          options={tables.map((one) => ({ value: one.table, label: one.title }))}
          onChange={(value: string) => {
            setTable(value);
            touch();
          }}
        />
      </label>
      {data.missing.length > 0 && <Alert type="warning" showIcon title={t('missing', { columns: data.missing.map(titleOf).join(' ') })} />}
      <PlainTable label={t('mapTable')} maxHeight={420} heads={[t('header'), t('column'), t('sample')]}>
        <tbody>
          {data.headers.map((one, index) => (
            <tr key={index}>
              <th scope="row">{one.header || '—'}</th>
              <td>
                <Select
                  aria-label={`${t('column')} ${one.header}`}
                  style={{ width: 200 }}
                  disabled={!open || !table || one.header === ''}
                  showSearch={{ optionFilterProp: 'label' }}
                  value={proposed(one)}
                  options={options}
                  onChange={(value: string) => {
                    setColumns({ ...columns, [one.header]: value });
                    touch();
                  }}
                />
              </td>
              <td className="muted">
                {data.rows
                  .slice(0, 3)
                  .map((row) => row[index])
                  .filter(Boolean)
                  .join(' | ')}
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
      {(data.unknown_kinds.length > 0 || Object.keys(data.kinds).length > 0) && known && known.kinds.length > 0 && (
        <fieldset style={{ border: 0, padding: 0, margin: 0, display: 'grid', gap: 8 }}>
          <legend>{t('kinds')}</legend>
          <p className="muted" style={{ margin: 0 }}>
            {t('kindsHelp')}
          </p>
          {[...new Set([...Object.keys(data.kinds), ...data.unknown_kinds])].map((kind) => (
            <label key={kind} style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
              <span style={{ minWidth: 120 }}>{kind}</span>
              <Select
                aria-label={kind}
                style={{ width: 220 }}
                allowClear
                showSearch={{ optionFilterProp: 'label' }}
                disabled={!open}
                value={kinds[kind]}
                options={known.kinds.map((one) => ({ value: one.kind, label: one.title }))}
                onChange={(value?: string) => {
                  const rest = Object.fromEntries(Object.entries(kinds).filter(([name]) => name !== kind));
                  setKinds(value ? { ...rest, [kind]: value } : rest);
                  touch();
                }}
              />
            </label>
          ))}
        </fieldset>
      )}
      {open && (
        <Can permission="import.load">
          <div>
            <Button disabled={!table} title={table ? undefined : t('chooseTable')} onClick={() => void save()}>
              {t('saveMapping')}
            </Button>
          </div>
        </Can>
      )}
    </div>
  );
}

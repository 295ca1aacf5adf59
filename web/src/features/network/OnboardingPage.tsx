import { DownloadOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Alert, Button, DatePicker, Space } from 'antd';
import dayjs from 'dayjs';
import { useId, useState } from 'react';
import { upload, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { saveCsv } from '@/shared/csv';
import { count } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Refused } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { Upload } from '@/shared/ui/Upload';
import { useUrl } from '@/shared/url';
import { onboardingForm } from './lives';
import { TwinLink } from './Twins';

type Checked = Schema<'OnboardingChecked'>;

const MOST_BYTES = 32 << 20;
/** Most problems the server tells. */
const TOLD = 1000;

/** 批量入网: a file is looked at as a whole, and applied for once nothing in it is wrong. */
export default function OnboardingPage() {
  const t = useT('life');
  const me = useMe();
  const [url, change] = useUrl();
  const from = url.from ?? me.today;
  const [files, setFiles] = useState<File[]>([]);
  const [checked, setChecked] = useState<{ of: File; from: string; result: Checked }>();
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const dayId = useId();
  const [file] = files;
  const check = async () => {
    if (!file) return;
    setBusy(true);
    setRefused(undefined);
    setChecked(undefined);
    try {
      const result = await upload(`/api/v1/onboarding?from=${from}`, file, { 'Content-Type': 'application/octet-stream' });
      setChecked({ of: file, from, result: result as Checked });
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const fresh = checked !== undefined && checked.of === file && checked.from === from;
  return (
    <>
      <PageHead title={t('onboarding')} note={t('onboardingHelp')} actions={<Template />} />
      <Block title={t('file_')}>
        <Upload accept=".csv,.xlsx" limit={MOST_BYTES} hint={t('fileHint')} files={files} onChange={setFiles} />
        <Space wrap align="end" style={{ marginTop: 12 }}>
          <div className="field">
            <label htmlFor={dayId}>{t('inFrom')}</label>
            <div>
              <DatePicker
                id={dayId}
                allowClear={false}
                value={dayjs(from)}
                onChange={(day) => day && change({ from: day.format('YYYY-MM-DD') }, { replace: true })}
              />
            </div>
          </div>
          <Button type="primary" loading={busy} disabled={!file} title={file ? undefined : t('chooseFile')} onClick={() => void check()}>
            {t('checkFile')}
          </Button>
        </Space>
      </Block>
      {refused !== undefined && <Refused error={refused} />}
      {checked && !fresh && <Alert type="info" showIcon role="status" title={t('fresh')} />}
      {checked && fresh && <Found checked={checked.result} from={from} />}
    </>
  );
}

/** A file to fill in, with the columns the server reads. */
function Template() {
  const t = useT('life');
  const save = () => {
    const head = t('templateHead').split(',');
    const line = (...cells: string[]) => head.map((_, index) => cells[index] ?? '');
    const rows = [head, line(t('templateOutlet')), line(t('templateClerk')), line(t('templateContact'))];
    saveCsv(rows, t('templateName'));
  };
  return (
    <Button icon={<DownloadOutlined />} onClick={save}>
      {t('template')}
    </Button>
  );
}

/** What the file comes to, and the way on. */
function Found({ checked, from }: { checked: Checked; from: string }) {
  const t = useT('life');
  const navigate = useNavigate();
  const starts = usePermission('flow.start');
  const shown = (key: 'received' | 'accepted' | 'rejected' | 'outlets' | 'clerks' | 'contacts') => count(checked[key]);
  const blocked = !starts ? t('noStart') : checked.rejected > 0 ? t('cannotBegin') : checked.accepted === 0 ? t('emptyFile') : undefined;
  const begin = () =>
    void navigate({ to: '/applications/new/$flow', params: { flow: 'bulk_onboarding' }, search: onboardingForm(checked, from) } as never);
  return (
    <>
      <Alert
        type={checked.rejected > 0 ? 'warning' : checked.accepted === 0 ? 'info' : 'success'}
        showIcon
        role="status"
        style={{ marginBottom: 12 }}
        title={t('checkedAs', { received: shown('received'), accepted: shown('accepted'), rejected: shown('rejected') })}
        description={
          <>
            <div>{t('checkedKinds', { outlets: shown('outlets'), clerks: shown('clerks'), contacts: shown('contacts') })}</div>
            {blocked && <div>{blocked}</div>}
          </>
        }
        action={
          <Button type="primary" disabled={blocked !== undefined} title={blocked} onClick={begin}>
            {t('beginFlow')}
          </Button>
        }
      />
      {checked.problems.length > 0 && <Problems rows={checked.problems} />}
      {checked.twins.length > 0 && <FileTwins rows={checked.twins} />}
    </>
  );
}

function Problems({ rows }: { rows: Checked['problems'] }) {
  const t = useT('life');
  return (
    <Block title={`${t('problems')} ${count(rows.length)}`}>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('problemsHelp')} {rows.length >= TOLD && t('problemsMost', { most: count(TOLD) })}
      </p>
      <PlainTable label={t('problems')} maxHeight={480} heads={[{ num: t('row') }, t('column'), t('value'), t('whyCol')]}>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              <th scope="row" className="num">
                {row.row}
              </th>
              <td>{row.column}</td>
              <td>{row.value || '—'}</td>
              <td>{row.why}</td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Block>
  );
}

function FileTwins({ rows }: { rows: Checked['twins'] }) {
  const t = useT('life');
  const label = useLabel('life');
  return (
    <Block title={`${t('twins')} ${count(rows.length)}`}>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('twinsFileHelp')}
      </p>
      <PlainTable label={t('twins')} maxHeight={480} heads={[{ num: t('row') }, t('mask'), t('whyCol')]}>
        <tbody>
          {rows.map(({ row, twin }, index) => (
            <tr key={index}>
              <th scope="row" className="num">
                {row}
              </th>
              <td>
                <TwinLink noun={twin.noun} code={twin.code} />
              </td>
              <td>
                {label('why', twin.why)} {twin.what}
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Block>
  );
}

import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, http, newKey, onceHeader, queries, upload, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { fenOf, money, yuan } from '@/shared/format/money';
import { month, today } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Btn, Page, TextField, Trouble, toast } from '../../kit';

/** A tax invoice for a confirmed statement. */
export default function InvoicePage() {
  const t = useT('phonePartner');
  const [url] = useUrl();
  const navigate = useNavigate();
  const missing = Number(url.missing ?? 0);
  const [key] = useState(newKey);
  const [number, setNumber] = useState('');
  const [amount, setAmount] = useState(missing ? money(missing).replaceAll(',', '') : '');
  // The house's day, which a demo's is not the device's.
  const served = api.useQuery('get', '/api/v1/my/today', { params: { query: { limit: 1 } } }).data?.day;
  const [typed, setDay] = useState<string>();
  const day = typed ?? served ?? today();
  const [file, setFile] = useState<File>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const fen = fenOf(amount);
  const submit = async () => {
    if (!file || fen === undefined) return;
    setBusy(true);
    setRefused(undefined);
    try {
      const brought = (await upload(`/api/v1/attachments?name=${encodeURIComponent(file.name)}`, file)) as Schema<'AttachmentView'>;
      const body = { period: url.period ?? '', partner: url.partner ?? '', number, amount: fen, issued_on: day, attachment: brought.id };
      await answer(http.POST('/api/v1/invoices', { body, params: { header: { 'Idempotency-Key': key } }, headers: onceHeader(key) }));
      toast(t('invoice.done'));
      await queries.invalidateQueries();
      void navigate({ to: '/payments' });
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page
      title={`${t('invoice.title')} · ${month(url.period ?? '')}`}
      back="/payments"
      foot={
        <Btn
          kind="main"
          busy={busy}
          blocked={file ? (fen === undefined ? t('invoice.amountWrong') : undefined) : t('invoice.fileMissing')}
          onClick={() => void submit()}
        >
          {t('invoice.submit')}
        </Btn>
      }
    >
      {refused !== undefined && <Trouble error={refused} />}
      <TextField label={t('invoice.number')} help={t('invoice.numberHelp')} inputMode="numeric" value={number} onChange={setNumber} />
      <TextField
        label={t('invoice.amount')}
        help={t('invoice.amountHelp', { amount: yuan(missing) })}
        inputMode="decimal"
        value={amount}
        onChange={setAmount}
      />
      <TextField label={t('invoice.day')} type="date" value={day} onChange={setDay} />
      <div className="m-field">
        <label htmlFor="invoice-file">{t('invoice.file')}</label>
        <input
          id="invoice-file"
          className="m-input"
          type="file"
          accept=".pdf,.ofd,image/*"
          onChange={(event) => setFile(event.target.files?.[0])}
        />
      </div>
    </Page>
  );
}

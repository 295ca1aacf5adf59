import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { ask, SERVICE_KINDS, type ServiceKind } from '@/shared/orders/service';
import { useUrl } from '@/shared/url';
import { Btn, Page, Segments, TextBox, TextField, toast, Trouble } from '../../kit';

const kindOf = (text: string | undefined): ServiceKind => SERVICE_KINDS.find((kind) => kind === text) ?? 'exchange';

/** Asking for an exchange, a return or a repair: the serial, the one in its place, why. */
export default function AskPage() {
  const t = useT('phoneService');
  const navigate = useNavigate();
  const [url, change] = useUrl();
  const kind = kindOf(url.kind);
  const [key] = useState(keeper);
  const [serial, setSerial] = useState(url.serial ?? '');
  const [replacement, setReplacement] = useState('');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const wrong = (text: string) => (text.trim() === '' || /^\d{15}$/.test(text.trim()) ? undefined : t('serialWrong'));
  const lacking =
    serial.trim() === '' || wrong(serial) !== undefined
      ? t('serialMissing')
      : kind === 'exchange' && (replacement.trim() === '' || wrong(replacement) !== undefined)
        ? t('replacementMissing')
        : reason.trim().length < 2
          ? t('reasonMissing')
          : undefined;
  const send = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      const asked = { kind, serial: serial.trim(), replacement: kind === 'exchange' ? replacement.trim() : '', reason: reason.trim() };
      await ask(asked, key(asked));
      toast(t('sent'));
      void navigate({ to: '/service' as never, replace: true });
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page
      title={t('ask')}
      back="/service"
      foot={
        <Btn kind="main" wide busy={busy} blocked={lacking} onClick={() => void send()}>
          {t('send')}
        </Btn>
      }
    >
      {refused !== undefined && <Trouble error={refused} />}
      <Segments
        label={t('kind')}
        value={kind}
        onChange={(value) => change({ kind: value })}
        options={SERVICE_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
      />
      <p className="m-muted">{t(`about.${kind}`)}</p>
      <TextField label={t('serial')} help={t('serialHelp')} inputMode="numeric" value={serial} onChange={setSerial} wrong={wrong(serial)} />
      {kind === 'exchange' && (
        <TextField
          label={t('replacement')}
          help={t('replacementHelp')}
          inputMode="numeric"
          value={replacement}
          onChange={setReplacement}
          wrong={wrong(replacement)}
        />
      )}
      <TextBox label={t('reason')} rows={3} max={200} value={reason} onChange={setReason} />
    </Page>
  );
}

import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, http, queries } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useT } from '@/i18n';
import { Signature } from '@/shared/flows/Signature';
import { yuan } from '@/shared/format/money';
import { Btn, Card, Loaded, Page, TextField, toast, Trouble } from '../../kit';
import { Text } from './parts';

/** A text that waits for the partner's signature: read, then signed by hand. */
export default function SignPage() {
  const t = useT('phoneAgreements');
  const me = useMe();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/agreement-drafts/{id}', { params: { path: { id } } });
  return (
    <Page title={t('draft', { id })} back="/agreements">
      <Loaded query={query} rows={6}>
        {({ draft, clauses, signatures }) => (
          <>
            <Card title={t('basic')}>
              <span>{`${draft.partner_name} · ${draft.business_title}`}</span>
              <span className="m-muted">{t('until', { from: draft.from, to: draft.last_day })}</span>
              <span className="m-muted">{t('deposit', { amount: yuan(draft.deposit) })}</span>
              <a className="m-btn plain" href={`/api/v1/agreement-drafts/${draft.id}/paper`} download>
                {t('pdf')}
              </a>
            </Card>
            <Text clauses={clauses} signatures={signatures} />
            {draft.state === 'sent' && !draft.signed.includes('partner') && holds(me, 'agreement.sign') && <Sign id={draft.id} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Sign({ id }: { id: string }) {
  const t = useT('phoneAgreements');
  const me = useMe();
  const [name, setName] = useState('');
  const [picture, setPicture] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const submit = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      const body = { side: 'partner', way: 'hand', name, signed_on: me.today, note: '', picture };
      await answer(http.POST('/api/v1/agreement-drafts/{id}/signatures', { params: { path: { id } }, body }));
      toast(t('signed'));
      await queries.invalidateQueries();
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const ready = name.trim().length >= 2 && picture !== undefined;
  return (
    <Card title={t('sign')}>
      <p className="m-muted">{t('signHelp')}</p>
      {refused !== undefined && <Trouble error={refused} />}
      <TextField label={t('signer')} value={name} onChange={setName} />
      <Signature label={t('signature')} help={t('signatureHelp')} clear={t('clear')} onChange={setPicture} />
      <Btn kind="main" wide busy={busy} blocked={ready ? undefined : t('signatureMissing')} onClick={() => void submit()}>
        {t('confirm')}
      </Btn>
    </Card>
  );
}

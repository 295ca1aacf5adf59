import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons';
import { App, Button, Tooltip } from 'antd';
import { useState } from 'react';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';

/** Personal data, masked by the server. `reveal` asks it for the whole, which it records. */
export function MaskedText({ masked, reveal }: { masked: string; reveal?: () => Promise<string> }) {
  const t = useT('common');
  const { message } = App.useApp();
  const [whole, setWhole] = useState<string>();
  const [busy, setBusy] = useState(false);
  const show = async () => {
    if (!reveal) return;
    setBusy(true);
    try {
      setWhole(await reveal());
    } catch (error) {
      void message.error(error instanceof ApiError ? error.message : t('state.failed'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <span>
      {whole ?? masked}
      {reveal && (
        <Tooltip title={whole === undefined ? t('masked.logged') : undefined}>
          <Button
            type="text"
            size="small"
            loading={busy}
            aria-label={whole === undefined ? t('masked.reveal') : t('masked.hide')}
            icon={whole === undefined ? <EyeOutlined /> : <EyeInvisibleOutlined />}
            onClick={() => (whole === undefined ? void show() : setWhole(undefined))}
          />
        </Tooltip>
      )}
    </span>
  );
}

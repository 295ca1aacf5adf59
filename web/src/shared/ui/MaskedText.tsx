import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons';
import { Button, Form, Input, Tooltip } from 'antd';
import { useState } from 'react';
import { useT } from '@/i18n';
import { ActionDrawer } from './Drawers';

interface Props {
  /** What it is, as a person would call it: `手机号`. */
  label: string;
  masked: string;
  /** Asks the server for the whole; absent for whoever may not see it. */
  reveal?: (reason: string) => Promise<string>;
}

/** Personal data, masked by the server. Whoever wants the whole says why, which the audit trail keeps. */
export function MaskedText({ label, masked, reveal }: Props) {
  const t = useT('common');
  const [whole, setWhole] = useState<string>();
  const [asking, setAsking] = useState(false);
  return (
    <span>
      {whole ?? masked}
      {reveal && (
        <Tooltip title={whole === undefined ? t('masked.logged') : undefined}>
          <Button
            type="text"
            size="small"
            aria-label={whole === undefined ? t('masked.reveal', { label }) : t('masked.hide', { label })}
            icon={whole === undefined ? <EyeOutlined /> : <EyeInvisibleOutlined />}
            onClick={() => (whole === undefined ? setAsking(true) : setWhole(undefined))}
          />
        </Tooltip>
      )}
      {reveal && (
        <RevealDrawer
          label={label}
          open={asking}
          onClose={() => setAsking(false)}
          onReveal={async (reason) => setWhole(await reveal(reason))}
        />
      )}
    </span>
  );
}

interface RevealProps {
  label: string;
  open: boolean;
  onClose: () => void;
  onReveal: (reason: string) => Promise<void>;
}

/** Asks why personal data are to be seen whole. */
export function RevealDrawer({ label, open, onClose, onReveal }: RevealProps) {
  const t = useT('common');
  return (
    <ActionDrawer<{ reason: string }>
      open={open}
      title={t('masked.reveal', { label })}
      consequence={t('masked.why')}
      verb={t('masked.show')}
      onClose={onClose}
      onSubmit={({ reason }) => onReveal(reason)}
    >
      <Form.Item
        name="reason"
        label={t('masked.reason')}
        rules={[{ required: true, min: 2, whitespace: true, message: t('masked.reasonMissing') }]}
      >
        <Input.TextArea rows={2} maxLength={500} autoFocus />
      </Form.Item>
    </ActionDrawer>
  );
}

import { Alert, App, Button, Drawer, Form, Space, type FormInstance } from 'antd';
import { useState, type ReactNode } from 'react';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { FieldsDiff, type FieldChange } from './DiffView';

interface DetailProps {
  open: boolean;
  title: ReactNode;
  onClose: () => void;
  /** Actions that change the record. */
  actions?: ReactNode;
  width?: number;
  children: ReactNode;
}

/** A record beside its list. Keep its id in the address, so that it can be shared and Back closes it. */
export function DetailDrawer({ open, title, onClose, actions, width = 640, children }: DetailProps) {
  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={title}
      extra={actions}
      size={width}
      destroyOnHidden
      styles={{ wrapper: { maxWidth: '100vw' } }}
    >
      {children}
    </Drawer>
  );
}

interface ActionProps<Values extends object> {
  open: boolean;
  title: string;
  /** What will follow, in one sentence. */
  consequence?: ReactNode;
  /** The verb on the button. */
  verb: string;
  danger?: boolean;
  /** Why the verb cannot be used now. */
  blocked?: string;
  initial?: Partial<Values>;
  form?: FormInstance<Values>;
  /** Does it; a thrown `ApiError` is shown above the fields and the drawer stays. */
  onSubmit: (values: Values) => Promise<unknown>;
  onClose: () => void;
  /** Reads the record anew after somebody else changed it, and says what they changed; the next try goes on from there. */
  onStale?: () => Promise<FieldChange[]>;
  /** Shown once it is done. */
  done?: string;
  width?: number;
  children?: ReactNode;
}

/** Code of the refusal of a change that did not know the last one. */
const STALE = 'platform.db.stale';

/** One action on a record: consequence, fields, cancel and verb. What was typed stays when the server refuses. */
export function ActionDrawer<Values extends object>(props: ActionProps<Values>) {
  const { open, title, consequence, verb, danger, blocked, initial, onSubmit, onClose, onStale, done, width = 420, children } = props;
  const t = useT('common');
  const { message } = App.useApp();
  const [own] = Form.useForm<Values>();
  const form = props.form ?? own;
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const [changes, setChanges] = useState<FieldChange[]>();
  const leave = () => {
    setRefused(undefined);
    setChanges(undefined);
    onClose();
  };
  const submit = async (values: Values) => {
    setBusy(true);
    setRefused(undefined);
    setChanges(undefined);
    try {
      await onSubmit(values);
      if (done) void message.success(done);
      leave();
    } catch (error) {
      if (onStale && error instanceof ApiError && error.code === STALE) setChanges(await onStale());
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Drawer
      open={open}
      onClose={leave}
      title={title}
      size={width}
      destroyOnHidden
      mask={{ closable: false }}
      footer={
        <Space style={{ display: 'flex', justifyContent: 'flex-end' }}>
          <Button onClick={leave}>{t('cancel')}</Button>
          <Button
            type="primary"
            danger={danger}
            loading={busy}
            disabled={blocked !== undefined}
            title={blocked}
            onClick={() => form.submit()}
          >
            {verb}
          </Button>
        </Space>
      }
    >
      {consequence && <p style={{ marginTop: 0 }}>{consequence}</p>}
      {blocked && <Alert type="warning" showIcon title={blocked} style={{ marginBottom: 12 }} />}
      {refused !== undefined && <Refused error={refused} />}
      {changes && changes.length > 0 && (
        <section aria-label={t('stale.what')} style={{ marginBottom: 16 }}>
          <p style={{ margin: '0 0 8px' }}>{t('stale.what')}</p>
          <FieldsDiff changes={changes} />
          <p className="muted">{t('stale.goOn')}</p>
        </section>
      )}
      <Form
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={(values) => void submit(values as Values)}
        // What was refused is another matter once something else is typed; what others changed stays to be read.
        onValuesChange={() => !changes && setRefused(undefined)}
        preserve={false}
        requiredMark
      >
        {children}
      </Form>
    </Drawer>
  );
}

/** What the server refused, above the fields it concerns. */
export function Refused({ error }: { error: unknown }) {
  const t = useT('common');
  const known = error instanceof ApiError ? error : undefined;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      style={{ marginBottom: 12 }}
      title={known?.message || t('state.failed')}
      description={known?.trace ? `${t('traceId')} ${known.trace}` : undefined}
    />
  );
}

/** The rule of a group of boxes of which one at least is ticked; such a group may not be called required (ARIA). */
export const some = (message: string) => ({
  validator: (_: unknown, chosen?: unknown[]) => (chosen && chosen.length > 0 ? Promise.resolve() : Promise.reject(new Error(message))),
});

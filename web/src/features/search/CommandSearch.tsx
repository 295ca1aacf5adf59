import { SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Input, Modal, Tag } from 'antd';
import { useDeferredValue, useEffect, useId, useState, type KeyboardEvent } from 'react';
import { answer, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { remember, usePrefs } from '@/shared/prefs';
import { ErrorBox } from '@/shared/ui/QueryState';
import { addressOf } from './addresses';

interface Hit {
  kind: string;
  code: string;
  name: string;
  note?: string;
  to: string;
}

/** One box for everything one may see, opened with `/`: by part of a name, pinyin initials, phone or code. */
export function CommandSearch() {
  const t = useT('common');
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      const from = event.target as HTMLElement;
      if (event.key !== '/' || event.ctrlKey || event.metaKey || from.closest('input,textarea,select,[contenteditable]')) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return (
    <>
      <Button
        icon={<SearchOutlined />}
        aria-keyshortcuts="/"
        title={t('shell.searchKey')}
        onClick={() => setOpen(true)}
        style={{ flex: '0 1 300px', minWidth: 40, justifyContent: 'flex-start', overflow: 'hidden' }}
      >
        <span className="muted">{t('shell.searchHere')}</span>
      </Button>
      <Modal
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        closable={false}
        destroyOnHidden
        width={620}
        style={{ top: 64 }}
        title={<span className="sr">{t('shell.searchHere')}</span>}
      >
        <Box onGone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Box({ onGone }: { onGone: () => void }) {
  const t = useT('common');
  const label = useLabel('common');
  const navigate = useNavigate();
  const id = useId();
  const { recent } = usePrefs();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const q = useDeferredValue(typed.trim());
  const found = useQuery({
    queryKey: ['search', q],
    enabled: q !== '',
    queryFn: ({ signal }) => answer(http.GET('/api/v1/search', { params: { query: { q } }, signal })),
  });
  const hits: Hit[] = q === '' ? recent : (found.data?.items ?? []).map((hit) => ({ ...hit, to: addressOf(hit.kind, hit.code) }));
  const go = (hit: Hit) => {
    remember({ kind: hit.kind, code: hit.code, name: hit.name, to: hit.to });
    onGone();
    const [to, search] = hit.to.split('?');
    void navigate({ to: to!, search: Object.fromEntries(new URLSearchParams(search)) as never });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((at + step + hits.length) % Math.max(1, hits.length));
    }
    const hit = hits[at];
    if (event.key === 'Enter' && hit) go(hit);
  };
  return (
    <div>
      <Input
        autoFocus
        size="large"
        prefix={<SearchOutlined />}
        placeholder={t('shell.searchEmpty')}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
        role="combobox"
        aria-label={t('shell.searchHere')}
        aria-expanded={hits.length > 0}
        aria-controls={id}
        aria-activedescendant={hits[at] ? `${id}-${at}` : undefined}
      />
      {found.error && <ErrorBox error={found.error} onRetry={() => void found.refetch()} />}
      {q === '' && recent.length > 0 && <p className="muted">{t('shell.recent')}</p>}
      {q !== '' && found.data && hits.length === 0 && <p className="muted">{t('shell.searchNone', { q })}</p>}
      <div id={id} role="listbox" aria-label={t('shell.searchHere')} style={{ marginTop: 8, maxHeight: '60vh', overflow: 'auto' }}>
        {hits.map((hit, index) => (
          <button
            key={hit.to}
            id={`${id}-${index}`}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className="search-hit"
            onMouseMove={() => setAt(index)}
            onClick={() => go(hit)}
          >
            <Tag>{label('kind', hit.kind)}</Tag>
            <span className="name">{hit.name}</span>
            <span className="muted">{hit.note ?? ''}</span>
            <span className="muted">{hit.code}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { holds, useMe } from '@/api/me';
import { nav } from './features';

const SECTIONS: Record<string, string> = { h: 'work', c: 'network', v: 'volume', s: 'settlement', p: 'policy', d: 'data', a: 'system' };

/** `g`, then a letter: the first page of a group one may see. */
export function useSectionKeys(): void {
  const navigate = useNavigate();
  const me = useMe();
  useEffect(() => {
    let since = 0;
    const press = (event: KeyboardEvent) => {
      const from = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || from.closest('input,textarea,select,[contenteditable]')) return;
      if (event.key === 'g') {
        since = Date.now();
        return;
      }
      const group = Date.now() - since < 1500 ? SECTIONS[event.key] : undefined;
      since = 0;
      const entry = group && nav.find((one) => one.group === group && holds(me, one.permission));
      if (entry) void navigate({ to: entry.to });
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [navigate, me]);
}

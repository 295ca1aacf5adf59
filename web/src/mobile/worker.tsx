// The service worker: pages open without a network; a new version takes over when the person agrees.
import { useEffect, useState } from 'react';
import { useT } from '@/i18n';
import { Btn } from './kit';

let waiting: ServiceWorker | null = null;
const listeners = new Set<(worker: ServiceWorker) => void>();

function offer(worker: ServiceWorker | null): void {
  if (!worker || !navigator.serviceWorker.controller) return;
  waiting = worker;
  for (const listener of listeners) listener(worker);
}

/** Registers the worker of a built page; a page under development has none. */
export function keepPages(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  void navigator.serviceWorker.register('/m/sw.js', { scope: '/m/' }).then((registration) => {
    offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const coming = registration.installing;
      coming?.addEventListener('statechange', () => coming.state === 'installed' && offer(coming));
    });
  });
  void navigator.storage?.persist?.();
}

export function UpdateStrip() {
  const t = useT('phone');
  const [worker, setWorker] = useState(waiting);
  useEffect(() => {
    listeners.add(setWorker);
    return () => {
      listeners.delete(setWorker);
    };
  }, []);
  if (!worker) return null;
  const update = () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
    worker.postMessage('update');
  };
  return (
    <div className="m-strip info m-row" role="status" style={{ margin: 12 }}>
      {t('update.ready')}
      <Btn onClick={update}>{t('update.now')}</Btn>
    </div>
  );
}

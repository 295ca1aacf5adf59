// Keeps the phone pages themselves, never an answer of the server: a phone may be shared.
const VERSION = '__VERSION__';
const FILES = __FILES__;

addEventListener('install', (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })))));
});

addEventListener('activate', (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name.startsWith('m-') && name !== VERSION) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(tidy());
});

addEventListener('message', (event) => {
  if (event.data === 'update') skipWaiting();
});

addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin || !url.pathname.startsWith('/m/')) return;
  const key = event.request.mode === 'navigate' ? '/m/index.html' : event.request;
  event.respondWith(
    caches
      .open(VERSION)
      .then((cache) => cache.match(key))
      .then((hit) => hit ?? fetch(event.request)),
  );
});

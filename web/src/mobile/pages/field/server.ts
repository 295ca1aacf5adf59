// The server as sending needs it: typed calls, and the parts of photos as bytes.
import { answer, http, ifMatch, upload } from '@/api/client';
import { nowUs } from './ids';
import type { Server } from './sync';

export const server: Server = {
  upload: (id, body) => answer(http.PUT('/api/v1/field/visits/{id}', { params: { path: { id } }, body })),
  progress: (id, sha256) => answer(http.GET('/api/v1/field/visits/{id}/photos/{sha256}/progress', { params: { path: { id, sha256 } } })),
  part: async (id, sha256, offset, size, bytes) => {
    const path = `/api/v1/field/visits/${id}/photos/${sha256}?offset=${offset}&size=${size}`;
    const came = await upload(path, bytes, { 'Content-Type': 'application/octet-stream' }, 'PUT');
    return came as { have: number; whole: boolean };
  },
  conflicts: async (id) => (await answer(http.GET('/api/v1/field/visits/{id}', { params: { path: { id } } }))).conflicts,
  task: async ({ wish }) => {
    if (wish.kind === 'call') {
      const { outletName: _, ...call } = wish.call;
      await http.POST('/api/v1/field/calls', { body: { ...call, device_now_us: nowUs() } });
    } else if (wish.kind === 'promise') {
      const { outletName: _, ...body } = wish.promise;
      await http.POST('/api/v1/field/promises', { body });
    } else if (wish.kind === 'close') {
      const { promise: id, version, to, reason } = wish;
      const params = { path: { id }, header: { 'If-Match': `"${version}"` } };
      await http.POST('/api/v1/field/promises/{id}/close', { params, headers: ifMatch(version), body: { to, reason } });
    } else {
      const { day, version, put_off, note } = wish;
      const params = { path: { day }, header: { 'If-Match': `"${version}"` } };
      await http.POST('/api/v1/field/diary/{day}/send', { params, headers: ifMatch(version), body: { put_off, note } });
    }
  },
};

import { act, renderHook } from '@testing-library/react';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { bring } from './acts';
import type { FileRef } from './form';
import { useBring } from './useBring';

vi.mock('./acts', () => ({ bring: vi.fn() }));

const ref = (id: string): FileRef => ({ id, name: `${id}.pdf`, bytes: 1 }) as FileRef;

const open = () =>
  renderHook(() => {
    const [files, onChange] = useState([ref('old'), ref('other')]);
    return { files, ...useBring({ files, most: 3, onChange }) };
  });

it('keeps a file away that was removed while others were on their way', async () => {
  let arrive: (file: FileRef) => void = () => undefined;
  vi.mocked(bring).mockImplementation(() => new Promise((resolve) => (arrive = resolve as typeof arrive)));
  const { result } = open();
  let taken: Promise<void> = Promise.resolve();
  act(() => {
    taken = result.current.take([new File(['x'], 'new.pdf')]);
  });
  act(() => result.current.remove('old'));
  await act(async () => {
    await Promise.resolve();
    arrive(ref('new'));
    await taken;
  });
  expect(result.current.files.map((file) => file.id)).toEqual(['other', 'new']);
  expect(result.current.busy).toBe(false);
});

it('takes no more than may be, none twice, and says which failed', async () => {
  vi.mocked(bring).mockImplementation((_, name) => (name === 'bad.pdf' ? Promise.reject(new Error('x')) : Promise.resolve(ref('other'))));
  const { result } = open();
  await act(() => result.current.take([new File(['x'], 'again.pdf'), new File(['x'], 'bad.pdf')]));
  expect(result.current.files.map((file) => file.id)).toEqual(['old', 'other']);
  expect(result.current.refused).toContain('bad.pdf');
});

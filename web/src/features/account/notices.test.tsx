// Notices of applications by mail: wanted, and no more.
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import { ApplicationMail } from './ApplicationMail';

beforeAll(() => startTexts(texts, ['account']));
afterEach(() => vi.unstubAllGlobals());

describe('notices of applications', () => {
  it('go to the address one gives, until one ends them', async () => {
    // R8.44
    const answers: Record<string, object> = { 'GET /me/application-mail': { address: '' } };
    const calls = serve({ permissions: [], answers });
    show(ApplicationMail, '/account');
    const field = await screen.findByLabelText('邮箱');
    expect(screen.queryByRole('button', { name: '不再接收' })).toBeNull();
    await userEvent.type(field, 'me@example.com');
    answers['GET /me/application-mail'] = { address: 'me@example.com' };
    await userEvent.click(screen.getByRole('button', { name: '开始接收' }));
    await waitFor(() => expect(calls.find((one) => one.path === 'PUT /me/application-mail')?.body).toEqual({ address: 'me@example.com' }));
    await userEvent.click(await screen.findByRole('button', { name: '不再接收' }));
    await waitFor(() => expect(calls.some((one) => one.path === 'DELETE /me/application-mail')).toBe(true));
  });
});

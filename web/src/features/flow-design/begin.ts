import { useNavigate } from '@tanstack/react-router';
import { App } from 'antd';
import { answer, http, type Schema } from '@/api/client';

type Begin = (body: Schema<'NewFlowDraft'>) => Promise<void>;

/** Begins a flow of the house and opens it; what is refused is thrown. */
export function useBegin(): Begin {
  const navigate = useNavigate();
  return async (body) => {
    const draft = await answer(http.POST('/api/v1/flow-drafts', { body }));
    void navigate({ to: `/flow-drafts/${draft.head.id}` });
  };
}

/** The same from a button: what is refused is told beside it. */
export function useBeginNow(): Begin {
  const begin = useBegin();
  const { message } = App.useApp();
  return async (body) => {
    try {
      await begin(body);
    } catch (error) {
      void message.error((error as Error).message);
    }
  };
}

// What a page catches when the server refuses: the problem document of RFC 9457, or a lost connection.

/** The document the server sends instead of an answer. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  trace_id: string;
}

/** A refusal of the server, or no answer at all (`status` 0). `message` is for people, in their language. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly trace: string;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.trace = problem.trace_id;
  }

  /** The connection is gone; what was typed is still here. */
  get offline(): boolean {
    return this.status === 0;
  }
}

/** Reads the problem out of an answer that is not one of ours, too. */
export async function problemOf(response: Response): Promise<Problem> {
  const trace = response.headers.get('x-trace-id') ?? '';
  const bare: Problem = { type: 'about:blank', title: '', status: response.status, code: 'client.no_problem', detail: '', trace_id: trace };
  if (!response.headers.get('content-type')?.includes('json')) return bare;
  try {
    return { ...bare, ...((await response.clone().json()) as Partial<Problem>) };
  } catch {
    return bare;
  }
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;

import type { Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export const STAGES = ['improving', 'clearing', 'passed', 'failed', 'closed', 'noted', 'replaced'] as const;
export const STAGE_TONES: Record<string, Tone> = {
  improving: 'warn',
  clearing: 'warn',
  passed: 'good',
  failed: 'bad',
  closed: 'plain',
  noted: 'plain',
  replaced: 'plain',
};
export const VERDICT_TONES: Record<string, Tone> = { keep: 'good', improve: 'info', eliminate: 'bad' };

export const VERDICTS = ['keep', 'improve', 'eliminate'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type Proposing = Omit<Schema<'GradeProposal'>, 'month' | 'months' | 'verdict'> & { verdict: Verdict };

/** What grading proposes, as a verdict. */
export const verdictOf = (proposal: string): Verdict =>
  proposal === 'eliminate' ? 'eliminate' : proposal.startsWith('improve') ? 'improve' : 'keep';

/** What is sent: of the days and tasks only those the verdict takes. */
export function proposed(values: Proposing, month: string | undefined, months: string): Schema<'GradeProposal'> {
  const { verdict, reason, recheck_on, last_day, tasks } = values;
  return {
    month: month ?? null,
    months: Number(months),
    verdict,
    reason,
    recheck_on: verdict === 'improve' ? recheck_on : null,
    last_day: verdict === 'eliminate' ? last_day : null,
    tasks: verdict === 'improve' ? (tasks ?? []) : [],
  };
}

import { Tag } from 'antd';

export type Tone = 'plain' | 'info' | 'good' | 'warn' | 'bad';

const COLOURS: Record<Tone, string> = { plain: 'default', info: 'processing', good: 'success', warn: 'warning', bad: 'error' };

/** State of a record, in words; the colour only helps. */
export function StatusTag({ tone = 'plain', children }: { tone?: Tone; children: string }) {
  return (
    <Tag color={COLOURS[tone]} style={{ marginInlineEnd: 0 }}>
      {children}
    </Tag>
  );
}

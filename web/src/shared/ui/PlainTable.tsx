import type { ReactNode } from 'react';

export type Head = string | { num: string } | { acts: string };

const named = (head: Head): [string, string | undefined] =>
  typeof head === 'string' ? [head, undefined] : 'num' in head ? [head.num, 'num'] : [head.acts, 'no-print'];

interface Props {
  /** What it shows, for readers that do not see it. */
  label: string;
  /** Pixels after which it scrolls; as high as it is where absent. */
  maxHeight?: number;
  className?: string;
  /** What its columns are called; those of numbers stand to the right, and what can be done is not printed. Left out where the head is more than names. */
  heads?: readonly Head[];
  children: ReactNode;
}

/** A small table as it stands; where the page has no room for it, it scrolls by itself, by the keyboard too. */
export function PlainTable({ label, maxHeight, className, heads, children }: Props) {
  // A group: a region would be a second landmark of the name the block around it has.
  return (
    <div className="scroll" role="group" aria-label={label} tabIndex={0} style={maxHeight === undefined ? undefined : { maxHeight }}>
      <table className={className ? `plain-table ${className}` : 'plain-table'}>
        {heads && (
          <thead>
            <tr>
              {heads.map(named).map(([name, kind], at) => (
                <th key={at} scope="col" className={kind}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
        )}
        {children}
      </table>
    </div>
  );
}

import type { ReactNode } from 'react';

interface Props {
  /** What it shows, for readers that do not see it. */
  label: string;
  /** Pixels after which it scrolls; as high as it is where absent. */
  maxHeight?: number;
  className?: string;
  /** What its columns are called; those of numbers stand to the right. Left out where the head is more than names. */
  heads?: (string | { num: string })[];
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
              {heads.map((head, at) => (
                <th key={at} scope="col" className={typeof head === 'string' ? undefined : 'num'}>
                  {typeof head === 'string' ? head : head.num}
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
